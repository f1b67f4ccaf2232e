/* tx/tx.h - what the files of tx/ share */
#pragma once

#include <trunkline/tx.h>

bool tl__tx_is_open(const tl_tx *tx);
