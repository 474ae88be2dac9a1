/* frame.h: what a call has in memory: arguments as C takes them, and values that are ended with it, unless they were given away. */
#ifndef DSOM_FRAME_H
#define DSOM_FRAME_H

#include "core.h"

typedef struct cell { const somh_param *of; void *p; bool ends; } cell;
typedef struct frame {
	som_value args[SOMH_MAX_ARGS + 1];
	cell cells[SOMH_MAX_ARGS + 1];
	uint32_t ncells;
	size_t used;
	_Alignas(16) char room[512];
} frame;

bool fill_frame(frame *f, const somh_method *m, const napi_value *args, uint32_t from);
void end_frame(frame *f);
void give_frame(frame *f, bool called, bool raised); /* what is not the caller's to end, after a call */
napi_value frame_results(frame *f, const somh_method *m, som_value *result);

#endif
