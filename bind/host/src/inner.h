/* inner.h: what the parts of libsomhost share. */
#ifndef SOMHOST_INNER_H
#define SOMHOST_INNER_H

#include "../somhost.h"

#include <somt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The library is linked into others' as it is: what they do not call has names that they have not. */
#define keep somh_in_keep
#define keep_text somh_in_keep_text
#define raise_code somh_in_raise_code
#define describing somh_in_describing
#define described somh_in_described
#define library_of somh_in_library_of
#define type_of_number somh_in_type_of_number
#define type_of_decl somh_in_type_of_decl
#define plain_type somh_in_plain_type
#define object_type somh_in_object_type
#define no_type somh_in_no_type
#define unusable somh_in_unusable
#define doc_of somh_in_doc_of
#define fill_method somh_in_fill_method
#define same_types somh_in_same_types
#define same_members somh_in_same_members
#define tell_by_signature somh_in_tell_by_signature
#define plan_call somh_in_plan_call
#define overrides_here somh_in_overrides_here
#define forget somh_in_forget
#define hide somh_in_hide
#define describe_in_turn somh_in_describe_in_turn
#define show somh_in_show
#define made_here somh_in_made_here
#define lent_of somh_in_lent_of
#define end_lent somh_in_end_lent

#define COUNT(a) (sizeof(a) / sizeof *(a))
enum { MAX_NAME = 1024 }; /* octets of a scoped name or an id that is looked at, as typelibs have them */

/* A typelib that is open, and what was made of it: types by the numbers of types and of declarations. */
typedef struct library {
	struct library *next;
	const void *typelib;
	somt *t;
	somh_type **types, **decls;
	uint8_t *begun;     /* of each declaration */
	uint32_t *promised; /* declarations that are to be laid out */
	uint32_t npromised;
} library;

/* Memory that lives as long as the process, zeroed; NULL: none. */
void *keep(size_t n);
const char *keep_text(const char *s, size_t n);

int raise_code(som_env *ev, uint32_t code, const char *format, ...) SOM_FORMAT(3, 4);

/* One thread at a time makes descriptions; it may be the one that has begun. */
bool describing(som_env *ev);
void described(void);

/* types.c */
library *library_of(const void *typelib);
const somh_type *type_of_number(library *l, uint32_t number);
const somh_type *type_of_decl(library *l, uint32_t decl);
const somh_type *plain_type(uint32_t kind);
const somh_type *object_type(const char *cls, size_t n);
const somh_type *no_type(const char *format, ...) SOM_FORMAT(1, 2);
const char *unusable(const somh_type *t); /* why values of it cannot be passed, or NULL */
const char *doc_of(const somt *t, uint32_t decl);

/* method.c: fills what a class introduces; l and decl are 0 where no typelib tells of it. */
void fill_method(somh_method *m, library *l, uint32_t decl, bool set);
bool same_types(const somh_method *m); /* signature.c: whether the signature's types are those of the typelib */
bool same_members(const char *sig, const somh_type *e); /* whether an exception's members are those that the signature says */
void tell_by_signature(somh_method *m);

/* frame.c */
void end_lent(somh_lent **all);

/* call.c */
const char *plan_call(somh_method *m); /* why there is no way to call it, or NULL */

/* define.c */
void *made_here(const som_class *c, void **context); /* who made a class of somh_define, and its definition's context; NULL: it is none */
somh_lent **lent_of(som_ref o); /* what an object has lent; NULL: none of its classes is made here */
bool overrides_here(const somh_class *c, const somh_method *m); /* c is of somh_define, and overrides m itself */

/* class.c */
somh_class *describe_in_turn(const som_class_info *info, som_env *ev); /* by who is describing: what is known, or is from now on */
/* A description that is not found any more, until it is shown again or forgotten. */
struct node *hide(const somh_class *c);
void show(struct node *n);
void forget(struct node *n);

#endif
