/* plugin.h: what the plugin's parts have of one another. All of it is for the one thread of the machine. */
#ifndef PLUGIN_H
#define PLUGIN_H

#include "squeak.h"

#include "somhost.h"

#define EXPORT __attribute__((visibility("default")))
#define BAD_PARAM "IDL:omg.org/CORBA/BAD_PARAM:1.0"
#define BAD_INV_ORDER "IDL:omg.org/CORBA/BAD_INV_ORDER:1.0"

/* Limits. What exceeds one is IMP_LIMIT, with the name. */
enum {
	MOST_METHODS = 65536,
	MOST_TYPES = 65536,
	MOST_NESTED = 31,       /* smalltalk-nested-calls: the machine has places for 32 calls within one another */
	MOST_PARTS = 1 << 22,   /* smalltalk-value-parts: of a value, and of all that a call brings */
	MOST_OCTETS = 1 << 26,  /* smalltalk-value-size: of its texts and octets */
	MOST_FAILURES = 32,     /* what has failed and nobody has asked for */
	FIRST = 1000            /* numbers of methods begin there: smaller integers need no literal */
};

extern squeak *vm;

/* A method, and the class in which Smalltalk has it: what super finds above a class of Smalltalk's. */
typedef struct entry { const somh_method *m; const somh_class *k; } entry;
const entry *numbered(sq n); /* or NULL */
const somh_class *class_of(som_ref o, som_env *ev); /* described, or NULL */

/* ---- What failed (failures.c) ---- */

/* What goes wrong is kept for the receiver, or NULL, and the primitive fails: Smalltalk then asks primitiveError for it. Each returns 0. */
int type_number(const somh_type *t); /* what Smalltalk knows a type by, from 1; 0: there are too many */

int fail_of(const void *receiver, const char *id, const char *text);
int fail(const char *id, const char *text);
/* What an environment holds becomes a failure: 1; 0: it held nothing. */
int failed_by(const void *receiver, som_env *ev, const somh_method *m, som_ref o);
/* An exception of Smalltalk's that goes through others as a number of Smalltalk's. */
void raise_kept(som_env *ev, int number, const char *text);

/* ---- Values (values.c) ---- */

/* A value as Smalltalk hands it over and gets it: basic values, texts and objects one behind the other, as its type has them. In front of a sequence's elements is their number; those
 * of octets are a ByteArray. */
typedef struct leaves {
	enum { ON_STACK, IN_ARRAY, ALONE } how;
	sq base; /* of the first on the stack, the Array, or the value: good until the machine allocates */
	sq at, n;
} leaves;
leaves leaves_of(sq array); /* n is -1 where it is none */

/* Takes a value into memory that is all zero. 0: it has no place in the type; what has been taken is ended by somh_end. */
int take(leaves *in, const somh_type *t, int nullable, void *to, int depth);
/* Whether there is one more Boolean, which is true. */
int take_present(leaves *in);

typedef struct measure { int64_t parts, octets; } measure;
void measure_value(measure *m, const somh_type *t, const void *p, int depth);
const char *beyond(const measure *m); /* the limit that it exceeds, or NULL */
/* Puts a value into an Array of enough places, which is the last remappable object, from a place on. Objects are referred to once more each: Smalltalk owns that. */
void put_leaves(sq *at, const somh_type *t, const void *p, int depth);
void put_leaf(sq *at, sq o);
sq leaf(const somh_type *t, const void *p);
int is_leaf(const somh_type *t);

void *pointer_at(sq o);
sq pointer(const void *p);
sq text(const char *s);
som_ref object_at(sq o); /* it may be there no more: is_there */
char *utf8(sq o); /* a copy, by som_allocate; NULL: it is no text */

/* ---- Objects (objects.c) ---- */

#define GONE "the object has been released: it could not be begun, or SOM has ended it"
int is_there(som_ref o); /* 0: it has gone, whoever had references */
void on_begin(som_ref o, som_env *ev, void *context);
void on_end(som_ref o, void *context);

/* ---- Overrides (overrides.c) ---- */

void handle(void *context, som_ref self, som_env *ev, const som_value *args, som_value *result);
/* Whether values go over as Arrays of leaves, in calls and in overrides: not where all that there is goes in, or is the result, and is a leaf. */
int is_general(const somh_method *m);
/* What a primitive has to do around what may call overrides: what was there before has to be put back. */
sq calls_out(void);
extern sq under_way; /* how many arguments the primitive has that has called out */

#endif
