/*
 * som_compat_valist.h: the part of som_compat.h about calls with packed arguments, as va_list has them.
 *
 * A method's signature says what a list holds behind receiver and environment, which methods with callstyle=oidl have not. Its long is C's there; where arguments are packed at
 * run time (somVaBuf) all of up to four octets are 32 bits, so that integer4 is the type to point to.
 */
#ifndef SOM_COMPAT_VALIST_H
#define SOM_COMPAT_VALIST_H

#include "som_tckind.h"
#include "som_compat_class.h"

enum { SOM_COMPAT_ARGUMENTS = 64 }; /* that a packed call may have; more are no call */

/* Takes what a signature asks for from a list, the receiver and the environment, if there is one, first. Returns how many there are, or -1. */
static inline int som_compat_unpack(const char *sig, boolean oidl, va_list ap, som_value *args, Environment **ev) {
	int n = 0;
	(void)va_arg(ap, SOMObject SOMSTAR);
	*ev = oidl ? NULL : va_arg(ap, Environment *);
	for (const char *l = sig + 2; *l && *l != '/'; l++, n++) {
		if (n == SOM_COMPAT_ARGUMENTS) return -1;
		memset(&args[n], 0, sizeof args[n]);
		switch (*l) {
		case 'b': args[n].b = (uint8_t)va_arg(ap, int); break;
		case 'h':
		case 'H': args[n].h = (int16_t)va_arg(ap, int); break;
		case 'i':
		case 'I': args[n].i = (int32_t)va_arg(ap, long); break;
		case 'l':
		case 'L': args[n].l = va_arg(ap, int64_t); break;
		case 'f': args[n].f = (float)va_arg(ap, double); break;
		case 'd': args[n].d = va_arg(ap, double); break;
		default: args[n].p = va_arg(ap, void *);
		}
	}
	return n;
}
/* Numbers of up to a word go into ret itself, others to where it points. */
static inline void som_compat_result(char kind, const som_value *result, somToken *ret) {
	if (!ret) return;
	switch (kind) {
	case 'v': break;
	case 'b': *ret = (somToken)(uintptr_t)result->b; break;
	case 'h': *ret = (somToken)(intptr_t)result->h; break;
	case 'H': *ret = (somToken)(uintptr_t)result->H; break;
	case 'i': *ret = (somToken)(intptr_t)result->i; break;
	case 'I': *ret = (somToken)(uintptr_t)result->u; break;
	case 'l':
	case 'L': memcpy(ret, &result->l, sizeof result->l); break;
	case 'f': memcpy(ret, &result->f, sizeof result->f); break;
	case 'd': memcpy(ret, &result->d, sizeof result->d); break;
	default: *ret = result->p;
	}
}
static inline boolean som_compat_dispatch(SOMObject SOMSTAR o, SOMClass SOMSTAR c, somToken *ret, somId id, va_list ap) {
	som_value args[SOM_COMPAT_ARGUMENTS], result;
	som_found f;
	Environment *ev;
	memset(&result, 0, sizeof result);
	if (!som_compat_found(c, *id, &f) || !f.sig || *f.sig == '/') return FALSE;
	int n = som_compat_unpack(f.sig, som_compat_oidl(&f), ap, args, &ev);
	if (n < 0) return FALSE;
	if ((som_class *)c == som_class_of(o)) {
		if (som_invoke(o, *id, args, (uint32_t)n, &result, ev) != SOM_OK) return FALSE;
	} else if (!som_is_a(o, (som_class *)c) || som_apply(f.proc, f.sig, o, args, &result, ev) != SOM_OK)
		return FALSE;
	som_compat_result(f.sig[0], &result, ret);
	return TRUE;
}
#define _somDispatch(o, ret, id, ap) som_compat_dispatch((o), SOM_GetClass(o), (ret), (id), (ap))
#define _somClassDispatch(o, c, ret, id, ap) som_compat_dispatch((o), (SOMClass SOMSTAR)(c), (ret), (id), (ap))
/* Calls a method of which _somGetMethodData has told. */
static inline boolean somApply(SOMObject SOMSTAR o, somToken *ret, somMethodDataPtr method, va_list ap) {
	som_value args[SOM_COMPAT_ARGUMENTS], result;
	Environment *ev;
	memset(&result, 0, sizeof result);
	if (!method->method || !method->descriptor || som_compat_unpack(method->descriptor, method->oidl, ap, args, &ev) < 0) return FALSE;
	if (som_apply(method->method, method->descriptor, o, args, &result, ev) != SOM_OK) return FALSE;
	som_compat_result(method->descriptor[0], &result, ret);
	return TRUE;
}

/* ---- Lists that are made at run time ---- */

/* Arguments as a callee finds them behind its last fixed one. */
typedef struct som_va_buf {
	char *at;              /* the arguments, aligned */
	size_t used, size;     /* in octets */
	void *memory, *grown;  /* what is to be freed: this, and the arguments */
} *somVaBuf;

/* Where va_list is known to be laid out so that all arguments can be in memory; others have no somVaBuf. */
#if defined(_WIN32) || defined(__i386__) || defined(__arm__) || defined(__powerpc64__) || defined(__mips__) || defined(__riscv) || (defined(__APPLE__) && defined(__aarch64__))
#define SOM_COMPAT_VALIST(ap, memory) memcpy((void *)(ap), &(memory), sizeof(void *))
#elif defined(__x86_64__)
typedef struct som_compat_va {
	uint32_t gp, fp;
	void *memory, *saved;
} som_compat_va;
#define SOM_COMPAT_VALIST(ap, memory) \
	do { \
		som_compat_va va_ = {48, 304, (memory), NULL}; /* behind all registers */ \
		memcpy((void *)(ap), &va_, sizeof va_); \
	} while (0)
#elif defined(__aarch64__)
typedef struct som_compat_va {
	void *memory, *gr, *vr;
	int32_t gr_left, vr_left;
} som_compat_va;
#define SOM_COMPAT_VALIST(ap, memory) \
	do { \
		som_compat_va va_ = {(memory), NULL, NULL, 0, 0}; \
		memcpy((void *)(ap), &va_, sizeof va_); \
	} while (0)
#elif defined(__s390x__)
typedef struct som_compat_va {
	long gpr, fpr;
	void *memory, *saved;
} som_compat_va;
#define SOM_COMPAT_VALIST(ap, memory) \
	do { \
		som_compat_va va_ = {5, 4, (memory), NULL}; \
		memcpy((void *)(ap), &va_, sizeof va_); \
	} while (0)
#endif

#ifdef SOM_COMPAT_VALIST
/* An empty list, in memory of one's own if it is large enough for a somVaBuf and the arguments; it grows when it must. NULL without memory. */
static inline somVaBuf somVaBuf_create(char *memory, int size) {
	size_t head = sizeof(struct som_va_buf) + 15;
	int own = memory && (uintptr_t)memory % sizeof(void *) == 0 && size > 0 && (size_t)size > head;
	somVaBuf b = (somVaBuf)(void *)(own ? memory : (char *)SOMCalloc(1, sizeof *b));
	if (!b) return NULL;
	memset(b, 0, sizeof *b);
	if (own) {
		b->at = (char *)(((uintptr_t)(b + 1) + 15) & ~(uintptr_t)15);
		b->size = (size_t)(memory + size - b->at);
	} else
		b->memory = b;
	return b;
}
static inline void somVaBuf_destroy(somVaBuf b) {
	if (!b) return;
	SOMFree(b->grown);
	SOMFree(b->memory);
}
static inline int som_compat_put_in(somVaBuf b, const void *value, size_t n) {
	const size_t word = sizeof(void *);
#if defined(__i386__)
	size_t align = word;
#else
	size_t align = n > word ? n : word;
#endif
	size_t at = (b->used + align - 1) & ~(align - 1), end = at + (n > word ? n : word);
	if (end > b->size) {
		size_t size = 2 * end + 64;
		char *more = (char *)SOMCalloc(1, size);
		if (!more) return 0;
		if (b->used) memcpy(more, b->at, b->used);
		SOMFree(b->grown);
		b->at = more;
		b->grown = more;
		b->size = size;
	}
	memset(b->at + b->used, 0, end - b->used);
	memcpy(b->at + at, value, n);
	b->used = end;
	return 1;
}
/* Adds what arg points to; FALSE for a type that no argument has, or without memory. */
static inline long somVaBuf_add(somVaBuf b, char *arg, int type) {
	intptr_t i = 0; /* a word: callees take an int or a long from it */
	switch (type) {
	case tk_boolean:
	case tk_octet: i = *(uint8_t *)arg; break;
	case tk_char: i = *arg; break;
	case tk_short: i = *(int16_t *)(void *)arg; break;
	case tk_ushort: i = *(uint16_t *)(void *)arg; break;
	case tk_long: i = *(int32_t *)(void *)arg; break;
	case tk_enum:
	case tk_ulong: i = (intptr_t)*(uint32_t *)(void *)arg; break;
	case tk_float: {
		double d = *(float *)(void *)arg;
		return som_compat_put_in(b, &d, sizeof d);
	}
	case tk_double: return som_compat_put_in(b, arg, sizeof(double));
	case tk_string:
	case tk_objref:
	case tk_pointer:
	case tk_TypeCode:
	case tk_foreign: return som_compat_put_in(b, arg, sizeof(void *));
	default: return FALSE;
	}
	return som_compat_put_in(b, &i, sizeof i);
}
/* The list as an argument: somVaBuf_get_valist(b, &ap). It is the buffer's, and holds until the next argument is added. */
#define somVaBuf_get_valist(b, ap) SOM_COMPAT_VALIST(ap, (b)->at)
/* The receiver that a list begins with, before anything is taken from it, and another one in its place. */
#define somvalistGetTarget(ap) som_compat_target(&(ap), 0, NULL)
#define somvalistSetTarget(ap, o) ((void)som_compat_target(&(ap), 1, (o)))
static inline SOMObject SOMSTAR som_compat_target(void *ap, int replace, SOMObject SOMSTAR to) {
	char *memory;
#if defined(__x86_64__) && !defined(_WIN32) || defined(__s390x__) || defined(__aarch64__) && !defined(__APPLE__) && !defined(_WIN32)
	som_compat_va va;
	memcpy(&va, ap, sizeof va);
	memory = (char *)va.memory;
#if defined(__x86_64__)
	if (va.gp < 48) memory = (char *)va.saved + va.gp;
#elif defined(__s390x__)
	if (va.gpr < 5) memory = (char *)va.saved + 16 + 8 * va.gpr;
#else
	if (va.gr_left < 0) memory = (char *)va.gr + va.gr_left;
#endif
#else
	memcpy(&memory, ap, sizeof memory);
#endif
	SOMObject SOMSTAR o;
	memcpy(&o, memory, sizeof o);
	if (replace) memcpy(memory, &to, sizeof to);
	return o;
}
#endif

#endif
