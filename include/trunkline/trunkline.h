/* trunkline/trunkline.h - all of libtrunkline */
#ifndef TL_TRUNKLINE_H
#define TL_TRUNKLINE_H

#include <trunkline/common.h>
#include <trunkline/config.h>
#include <trunkline/conn.h>
#include <trunkline/engine.h>
#include <trunkline/error.h>
#include <trunkline/event.h>
#include <trunkline/pool.h>
#include <trunkline/result.h>
#include <trunkline/sql.h>
#include <trunkline/tx.h>
#include <trunkline/value.h>

#endif
