/* places.h: what extent.c keeps of objects, as its tests know it too, which count steps. */
#ifndef PLACES_H
#define PLACES_H

#include "som.h"

/* An object's place in a tree by the bits of its hash, two a level: deep as the logarithm of how many there are. Places stay until the class ends, and
 * are given to others, so that each change is one store (see data_lock). */
typedef struct place {
	som_ref o;      /* NULL: nobody has it */
	som_weak *weak; /* of SOMMExtentManaged */
	int64_t stamp;  /* of SOMMTimeStamped */
	struct place *below[4];
} place;

typedef struct table { /* a class's data */
	place *top;
} table;

#endif
