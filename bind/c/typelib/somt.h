/*
 * somt.h: reads type information of SOM classes from memory: typelibs, whose format docs/typelib.md has.
 *
 * A typelib is constant data of a class library; som_class_describe says where. Nothing is copied but
 * tables of places: texts are those of the typelib, and live as long. What is read is not trusted: a typelib that is damaged
 * makes functions answer 0 or NULL, and no harm. An open typelib may be read by several threads.
 */
#ifndef SOMT_H
#define SOMT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct somt somt;

/* Opens a typelib of at most that many octets; SIZE_MAX where it is known to be whole. NULL: it is none, is damaged, is of another
 * version, or there is no memory. */
somt *somt_open(const void *typelib, size_t limit);
void somt_close(somt *t);

/* Everything has a number, from 1; 0 is none. */
enum { SOMT_MODULE = 1, SOMT_INTERFACE, SOMT_OPERATION, SOMT_ATTRIBUTE, SOMT_STRUCT, SOMT_UNION, SOMT_ENUM, SOMT_EXCEPTION,
	SOMT_TYPEDEF, SOMT_CONST, SOMT_NATIVE, SOMT_FORWARD };

typedef struct somt_decl {
	uint32_t kind;
	uint32_t scope;   /* the declaration that it stands in */
	const char *name; /* not scoped */
	size_t doc, body, end; /* for the reader alone */
} somt_decl;

uint32_t somt_count(const somt *t); /* declarations; those in a scope come behind it, in their order */
int somt_at(const somt *t, uint32_t number, somt_decl *d);
/* A declaration by its scoped name, "Zoo::Dog"; a definition rather than a forward declaration. */
uint32_t somt_find(const somt *t, const char *scoped);
/* The ith comment that belongs to a declaration, as it was written, or NULL. */
const char *somt_doc(const somt *t, uint32_t number, uint32_t i);

/* ---- Types ---- */

enum { SOMT_VOID = 1, SOMT_BOOLEAN, SOMT_OCTET, SOMT_CHAR, SOMT_WCHAR, SOMT_INT8, SOMT_UINT8, SOMT_SHORT, SOMT_USHORT, SOMT_LONG, SOMT_ULONG,
	SOMT_LONGLONG, SOMT_ULONGLONG, SOMT_FLOAT, SOMT_DOUBLE, SOMT_LONGDOUBLE, SOMT_FIXED, SOMT_STRING, SOMT_WSTRING, SOMT_SEQUENCE, SOMT_ARRAY,
	SOMT_ANY, SOMT_OBJECT, SOMT_TYPECODE, SOMT_POINTER, SOMT_NAMED };

typedef struct somt_type {
	uint32_t kind;
	uint32_t decl;  /* of SOMT_NAMED: what it names */
	uint32_t elem;  /* of a sequence, array or pointer: the type in it */
	uint64_t bound; /* of a string or sequence, 0 is none; the elements of an array in all */
} somt_type;

uint32_t somt_types(const somt *t); /* how many there are */
int somt_type_at(const somt *t, uint32_t number, somt_type *type);
/* The ith dimension of an array, 0 behind the last. */
uint64_t somt_dimension(const somt *t, uint32_t number, uint32_t i);
/* The type behind typedefs: what it names is none. */
int somt_resolve(const somt *t, uint32_t number, somt_type *type);

/* ---- Methods ---- */

enum { SOMT_IN, SOMT_OUT, SOMT_INOUT };
enum { SOMT_CALLER_OWNS, SOMT_OBJECT_OWNS, SOMT_DUAL_OWNED };

typedef struct somt_passing {
	const char *name; /* NULL of a result */
	uint32_t type; /* 0 of what sets an attribute: it returns nothing */
	uint8_t direction, owner;
	uint8_t nullable, by_copy, maybe_by_copy; /* 1 or 0 */
} somt_passing;

/* A method of a class, declared in it: an operation by its name, those of an attribute as _get_x and _set_x. */
typedef struct somt_method {
	uint32_t decl; /* the operation or attribute */
	uint8_t oneway;
	uint8_t set;        /* it sets an attribute */
	somt_passing result;
	uint32_t nparams;
	size_t params, after; /* for the reader alone */
} somt_method;

int somt_method_of(const somt *t, uint32_t cls, const char *name, somt_method *m);
int somt_param(const somt *t, const somt_method *m, uint32_t i, somt_passing *p);

/* The method that a declaration in a class is: an operation, or an attribute got or set. 0 also where it is neither, or is not set. */
int somt_method_at(const somt *t, uint32_t number, int set, somt_method *m);
/* A modifier of a declaration, "init": its value, perhaps "", or NULL where it has none of that name. */
const char *somt_modifier(const somt *t, uint32_t number, const char *name);

/* ---- What declarations are made of ---- */

/* A walk through a list of a record, each entry once. What is left is none of a list that is damaged. */
typedef struct somt_walk {
	size_t at, end; /* for the reader alone */
	uint64_t left;  /* entries that are still to come, if nothing is wrong with them */
	uint32_t kind;  /* for the reader alone */
} somt_walk;

/* A member of a structure or exception, an enumerator (without a type), an arm of a union. */
typedef struct somt_member {
	const char *name;
	uint32_t type;
	somt_walk labels; /* of an arm */
} somt_member;

/* Begins at the members of a structure (its own alone, without those of its base), an exception, a union or an enum. */
int somt_members(const somt *t, uint32_t number, somt_walk *w);
int somt_next_member(const somt *t, somt_walk *w, somt_member *m); /* 0 at the end */
/* What selects an arm: the default, or a value; that of a character is its code, of an enumerator its number from 0. */
typedef struct somt_label { int is_default; int64_t value; } somt_label;
int somt_next_label(const somt *t, somt_walk *w, somt_label *l);
/* Begins at the exceptions that a method raises, of which somt_next_raised answers the declarations, 0 at the end. */
int somt_raised(const somt *t, const somt_method *m, somt_walk *w);
uint32_t somt_next_raised(const somt *t, somt_walk *w);

/* The type of a structure's base, a union's discriminator, a typedef or a constant; 0 is none. */
uint32_t somt_type_of(const somt *t, uint32_t number);
/* The scoped name of a declaration, "Zoo::Dog", or 0 where it does not fit into n octets. */
int somt_scoped(const somt *t, uint32_t number, char *to, size_t n);
/* Its repository id, likewise. */
int somt_id(const somt *t, uint32_t number, char *to, size_t n);

#ifdef __cplusplus
}
#endif
#endif
