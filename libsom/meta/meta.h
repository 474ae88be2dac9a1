/* meta.h: what the library's parts know of each other. */
#ifndef META_H
#define META_H

#include "som_meta.h"

#include <stdbool.h>

/* A class of the library: bound when it is made, with the tokens of methods that its parts call. */
typedef struct known {
	som_classdata c;
	som_tok m[9];
} known;
extern known object, metaclass, before_after, single_instance, traced, proxy_for, proxy, extent, stamped, has_invariant, checked, abstract, noninstantiable,
	final, redispatched, prevention, cooperative;
enum { OBJECT_INIT, OBJECT_DESTRUCT, OBJECT_DISPATCH }; /* object.m */
/* metaclass.m: the ways to an object, those from META_RENEW on in memory of the caller's; META_TABLE and META_OWNER are called as
 * SOMClass has them. */
enum { META_NEW, META_RAW, META_RENEW, META_RENEW_RAW, META_RENEW_DIRTY, META_RENEW_RAW_DIRTY, META_READY, META_TABLE, META_OWNER };
enum { BEFORE, AFTER, AROUND };              /* before_after.m */

int define_metaclasses(uint32_t abi, som_env *ev); /* all of them: the entry of a class library */

static inline const som_class_info *info(const som_class *c) { return som_class_describe(c); }
static inline const char *name_of(const som_class *c) { return c ? info(c)->name : "NULL"; }
static inline bool has(const som_class *c, const known *property) { return som_isa(&c->object, &property->c); }

/* Raises one of the kernel's errors in ev, which may be NULL; returns code. */
int refuse(som_env *ev, uint32_t code, const char *exception, const char *format, ...) __attribute__((format(printf, 4, 5)));

/* For a class's data of a property, briefly: no code but the library's runs meanwhile. The process may fork between any two stores to what is
 * kept so, which therefore is whole all the time; the child has it free. */
void data_lock(const void *data), data_unlock(const void *data);

/* What the metaclasses behind one do for a class. */
som_ref next_new(const known *behind, int way, som_ref c, som_env *ev, void *memory);
void next_ready(const known *behind, som_ref c, som_env *ev);

const char *row_of(const som_class *c);               /* what the class has behind any front */
bool implements(const som_class *c, som_tok method);  /* itself */
const som_class *owner_of(const som_class *c, som_tok method); /* or NULL: nothing implements it */
static inline som_proc *at(const char *row, som_tok t) { return __atomic_load_n((som_proc **)(uintptr_t)(row + t), __ATOMIC_RELAXED); }

/* Closures in front of a class's methods: a list that ends with the class. */
typedef struct front {
	struct front *next;
	som_proc *closure, *before; /* before: what another metaclass has put in front already, and this is in front of; or NULL */
	som_class *cls;
	const som_class *from;
	som_tok token;
	const char *sig, *row; /* row: of cls, behind */
	uint32_t nargs, life;
	char method[];
} front;

/* What a front is in front of: looked at in each call, for it may be replaced. */
static inline som_proc *behind(const front *f) { return f->before ? f->before : at(f->row, f->token); }

/* Puts handler, with a front for its context, in front of all methods of c that are wanted and that of implements. */
int fronts_put(front **list, som_class *c, const som_class *of, bool (*wanted)(const som_class *c, const som_class *from, const som_method_info *m),
	som_handler *handler, som_env *ev);
void fronts_end(front *list);

/* What stands in front of a method of c, or NULL. */
som_proc *front_of(const som_class *c, const char *method, som_tok t);

/* The hook of a property, BEFORE to AROUND, whatever has been put into its table to keep others from it; or NULL. */
som_proc *kept_hook(const som_class *property, int hook);

/* Methods that no property may stand in front of: they call, and what they call is seen. */
bool is_seen(const som_class *c, const som_class *from, const som_method_info *m);

extern const som_class_desc before_after_desc, single_instance_desc, traced_desc, proxy_for_desc, proxy_desc, extent_desc, stamped_desc, has_invariant_desc,
	checked_desc, abstract_desc, noninstantiable_desc, final_desc, redispatched_desc, prevention_desc, cooperative_desc;
#define METHOD(name, sig, proc) {name, sig, (som_proc *)(proc), NULL, SOM_STATIC}
#define COUNT(list) (uint32_t)(sizeof(list) / sizeof(list)[0])
#endif
