/* frame.h: JavaScript's values in the frame of a call, and those that come out of it. */
#ifndef DSOM_FRAME_H
#define DSOM_FRAME_H

#include "core.h"

bool fill_frame(somh_frame *f, const somh_method *m, const napi_value *args, uint32_t from);
napi_value frame_results(somh_frame *f, const somh_method *m, som_value *result);

#endif
