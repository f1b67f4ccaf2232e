/* catalog/embed.h - a text as a vector, by hashing its words; pure
 *
 * No model and no learning: each word, and each pair of neighbours, adds or takes one away at a place
 * that its hash picks, and the whole is brought to length 1. Texts that share words come out close.
 */
#pragma once

#include <trunkline/common.h>

enum { EMBED_DIMS = 256 };

/* Adds the words of a text to a sum, which begins as zeros. */
void embed_add(float sum[EMBED_DIMS], tl_str text, float weight);

/* Brings the sum to length 1. Gives false if it is zero: no word was found, or they cancel out. */
bool embed_close(float sum[EMBED_DIMS]);
