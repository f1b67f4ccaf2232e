/* base/time.h - a timeout becomes a deadline once, at the door, and is handed down
 *
 * Inside there is one type for time: nanoseconds of the monotonic clock, as int64_t.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define TL__NS_PER_MS INT64_C(1000000)
#define TL__NS_PER_S INT64_C(1000000000)
#define TL__NEVER INT64_MAX

int64_t tl__now_ns(void);
int64_t
tl__now_coarse_ns(void);   /* of the same clock, up to a tick (some ms) behind, much cheaper */
int64_t tl__unix_us(void); /* the wall clock, for people; nothing is ever compared with it */

int64_t tl__deadline_in_ms(int timeout_ms); /* negative: TL__NEVER */
int tl__ms_until(int64_t deadline);         /* for poll(): 0 when passed, -1 for TL__NEVER */
bool tl__passed(int64_t deadline);
void tl__pause_ns(int64_t ns); /* for back-off; nothing waits for an event this way */
