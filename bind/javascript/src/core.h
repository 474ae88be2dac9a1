/* core.h: what the parts of the addon share. There is one environment of Node's in a process, and all of this runs in its thread, the home thread, but where it is said.
 * Functions that answer NULL or false have left an exception of JavaScript's. */
#ifndef DSOM_CORE_H
#define DSOM_CORE_H

#define NAPI_VERSION 8 /* Node 18 and later */
#include <node_api.h>

#include <somhost.h>
#include <stdbool.h>

/* A class. */
typedef struct klass {
	const somh_class *cls; /* NULL: it is being made, or is no more */
	uint32_t id;
	bool made;             /* in JavaScript */
	bool gone;             /* there are but functions that were its methods */
	uint32_t functions;    /* of JavaScript's, that refer to it */
	napi_ref constructor;  /* weak where it is made */
	som_classdata is;      /* of one that is not made: what its instances are known by */
	struct override *overrides;
	int64_t size;          /* octets of an instance, which the collector is told of */
	uint32_t uses;         /* places of its instances */
} klass;

/* A place for an object: the one in JavaScript has its number. While JavaScript has it, it has one reference to libsom's. */
typedef struct instance {
	som_ref ref;     /* NULL: released, or it has ended */
	som_weak *unsure; /* not NULL: nobody has said that ref has been begun; where it cannot be, it goes whoever has references */
	napi_ref js;     /* weak, but where others refer to an object of a class made in JavaScript */
	klass *cls;
	uint32_t index, next;
	uint32_t calls;  /* that are in it */
	bool used, kept; /* kept: js is strong */
	bool scripted;   /* a class made in JavaScript is among its class's */
	bool ended;      /* libsom's object has: there is no reference to give back */
} instance;

/* What is called: of a method or an initializer. */
typedef struct method {
	const somh_method *m;
	klass *owner; /* NULL: as other languages call, by the object's table */
	uint32_t nin;
} method;

extern napi_env env;
extern bool down;       /* the environment ends: nothing of it is to be used; read by any thread */
extern uint32_t inside; /* calls of JavaScript's that have led here: without one, calls of JavaScript need a scope of their own */

/* core.c */
napi_value throw_type(const char *format, ...) __attribute__((format(printf, 1, 2)));  /* NULL */
napi_value throw_range(const char *format, ...) __attribute__((format(printf, 1, 2)));
napi_value throw_error(const char *code, const char *format, ...) __attribute__((format(printf, 2, 3)));
napi_value part(const char *name);                         /* a function of the package's; it is there */
napi_value call_part(const char *name, size_t n, const napi_value *args);
napi_value undefined(void);
napi_value null(void);
napi_value number(double d);
napi_value ascii(const char *s); /* a text that is no more than that, or null of NULL */
bool set(napi_value o, const char *name, napi_value v);

/* text.c */
napi_value text_of(const char *s, size_t n);
char *text_from(napi_value v, const char *what, uint64_t bound, size_t *length); /* by som_allocate */
bool short_text(napi_value v, char *to, size_t room, size_t *length); /* false, and no exception: it needs text_from */

/* classes.c */
klass *class_at(uint32_t id); /* NULL, and no exception: there is none */
void leave_class(klass *k);   /* a function that was its method is no more */
klass *class_of_description(const somh_class *c);
klass *class_of_ref(som_ref o);
klass *class_by_id(napi_value id);
napi_value constructor_of(const klass *c); /* NULL, and no exception: it is no more */
void sweep_classes(void);
bool set_up_classes(napi_value exports);

/* describe.c */
char *type_text(const somh_type *t); /* as declarations for TypeScript say it; by malloc */
bool set_up_descriptions(napi_value exports);

/* objects.c */
napi_value wrap(som_ref o, bool owned); /* o's reference is taken over if it is owned, also where it fails */
instance *slot_of(napi_value number);   /* of an object that has not been released */
instance *twin_of(som_ref o);
bool is_there(instance *w);   /* false: ref could not be begun, and is NULL from now on */
bool is_destroyed(som_ref o); /* a reference of what could not be begun, which nobody could know */
napi_value throw_released(const instance *w);
void keep(instance *w);       /* others may refer to it from now on */
void hold(instance *w);
void let_go(instance *w, som_ref o);
som_ref ref_from(napi_value o, instance **w); /* of an object of SOM; NULL, and no exception: it is none */
void collect(void);
void begin_instance(som_ref self, som_env *ev, void *context); /* these two in any thread */
void end_instance(som_ref self, void *context);
bool set_up_objects(napi_value exports);

/* types.c */
napi_value value_of_type(const somh_type *t); /* of an enumeration or an exception */
int32_t index_of_type(const somh_type *t);
const somh_type *type_at(uint32_t index);
const somh_type *search_type(const char *name);
napi_value type_named(const char *name);

/* values.c, puts.c */
typedef struct path { /* where a value is, for errors: of a method's parameter, or within one */
	const struct path *outer;
	const somh_method *m; /* where it is a parameter's, or the result of an override */
	const char *name;     /* or NULL: an element */
	int64_t index;
	bool result;
} path;
napi_value get_value(const somh_type *t, const void *p, bool nullable);
bool put_value(const somh_type *t, napi_value v, void *p, bool nullable, const path *at); /* p is all zero; false: it holds nothing */
const char *path_text(const path *at, char *to, size_t n);
bool nothing(napi_value v); /* null or undefined */
const char *member_name(const somh_type *t, uint32_t i); /* of a structure or an exception, in JavaScript */

/* calls.c */
napi_value new_call(const somh_method *m, klass *owner);
napi_value new_async(const somh_method *m, klass *owner);
bool set_up_calls(napi_value exports);

/* overrides.c */
typedef struct override {
	struct override *next;
	const somh_class *is; /* whose it is, in SOM; NULL: it is being made; read by any thread */
	const somh_method *m;
	napi_ref function;   /* weak: what calls the method that the class has */
} override;
override *new_override(klass *c, const somh_method *m, napi_value function);
void drop_override(override *o);
void handle(void *context, som_ref self, som_env *ev, const som_value *args, som_value *result); /* in any thread */

/* errors.c */
napi_value raise_env(som_env *ev, const somh_method *m, som_ref o); /* NULL: it is thrown; ev is cleared. m, o: whose, or NULL */
napi_value error_of(som_env *ev, const somh_method *m, som_ref o);  /* the exception, to be thrown */
void raise_to_env(som_env *ev); /* the exception that there is becomes one of ev's, and is cleared */
void drain_dropped(void);       /* what other threads have given up */
bool set_up_errors(napi_value exports);

/* threads.c: calls from threads that are not the home thread */
enum { RAN, ENDED, NOT_DONE };
int run_at_home(void (*run)(void *), void *p, som_env *ev); /* ENDED: run has not begun, and ev is as it was; NOT_DONE: ev has why */
bool has_left(void); /* close(true) has been: what other threads have handed over is no more */
bool set_up_threads(napi_value exports);

#endif
