/* calls.h: what the Go side times of C and C++, so many times in one go. */
#ifndef CALLS_H
#define CALLS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Within C and C++. */
int cxx_begin(void);                            /* how many rows there are */
const char *cxx_row(int row, int *per_window);
void cxx_run(int row, int times);
void cxx_class(int live, double *made, double *unloaded); /* ns, where so many classes live */

/* From C to Go: by a method of Hound, and by what somebody would write who has no objects. */
int back_begin(void); /* 0: bound */
void back_speak(uintptr_t hound, int64_t times);
void back_called(uintptr_t hound, const char *by, int64_t times);
void hand_speak(int64_t times);
void hand_method(uintptr_t object, int64_t times);
void hand_called(const char *by, int64_t times);

/* From Go to C by hand. */
int64_t c_speak(int64_t n);
char *c_called(const char *by);

#ifdef __cplusplus
}
#endif
#endif
