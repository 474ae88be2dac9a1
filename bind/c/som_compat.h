/*
 * som_compat.h: the names of IBM's C bindings over this kernel, so that programs written for them compile. What dsom idl build
 * --c=compat makes of a class includes it; docs/som-c.md says what is different.
 *
 * Classes are types here (Dog *), and all of them, SOMClass too, are the kernel's one type of object.
 */
#ifndef SOM_COMPAT_H
#define SOM_COMPAT_H

#include "som_c.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- Types ---- */

typedef som_object SOMObject, SOMClass, SOMClassMgr;
typedef som_env Environment;
typedef void *somToken;
typedef som_tok somMToken, somDToken;
typedef som_proc *somMethodPtr, *somMethodProc;
typedef char *string;
typedef char *zString;
typedef uint8_t boolean, octet;
typedef int16_t integer2;
typedef uint16_t uinteger2;
typedef int32_t integer4;
typedef uint32_t uinteger4;
typedef float float4;
typedef double float8;
typedef unsigned char *somBooleanVector;
typedef struct somInitCtrl {
	somBooleanVector mask;
	void *info;
} somInitCtrl, somDestructCtrl, somAssignCtrl;

/* The key of a name: what somIdFromString made, or the address of a variable with a string. */
typedef char **somId;

typedef enum { NO_EXCEPTION, USER_EXCEPTION, SYSTEM_EXCEPTION } exception_type;
typedef enum { YES = SOM_COMPLETED_YES, NO = SOM_COMPLETED_NO, MAYBE = SOM_COMPLETED_MAYBE } completion_status;
typedef struct StExcep {
	unsigned long minor;
	completion_status completed;
} StExcep;

#ifndef TRUE
#define TRUE 1
#endif
#ifndef FALSE
#define FALSE 0
#endif

#define SOMLINK
#define SOM_Scope static
#define SOMEXTERN extern
#ifdef __GNUC__
#define SOM_LINKED extern __attribute__((weak)) /* a function that need not be linked in */
#else
#define SOM_LINKED extern
#endif
#define SOM_NoTrace(c, m) ((void)0)
#define SOM_Assert(condition, code) ((condition) ? (void)0 : SOMError(code, __FILE__, __LINE__))
#define SOM_Test(condition) ((condition) ? (void)0 : SOMError(20119, __FILE__, __LINE__))
#define SOM_Expect(condition) ((void)((condition) || somPrintf("%s: %d: expected: %s\n", __FILE__, __LINE__, #condition)))

/* ---- Environments and exceptions ---- */

/* One for each thread and unit. */
static inline Environment *somGetGlobalEnvironment(void) {
	static
#ifdef __cplusplus
		thread_local
#else
		_Thread_local
#endif
		Environment ev;
	return &ev;
}
#define SOM_CreateLocalEnvironment() ((Environment *)calloc(1, sizeof(Environment)))
#define SOM_DestroyLocalEnvironment(ev) (som_env_clear(ev), free(ev))
#define SOM_InitEnvironment(ev) memset((ev), 0, sizeof(Environment))
#define SOM_UninitEnvironment(ev) som_env_clear(ev)
#define _major major

/* params is memory from SOMMalloc, which the environment ends. */
static inline void somSetException(Environment *ev, exception_type major, const char *name, void *params) {
	if (major == NO_EXCEPTION)
		som_env_clear(ev);
	else if (major == USER_EXCEPTION)
		som_raise_user(ev, name, params, som_deallocate);
	else {
		const StExcep *e = (const StExcep *)params;
		som_raise_system(ev, name, e ? (uint32_t)e->minor : 0, e ? (uint32_t)e->completed : (uint32_t)SOM_COMPLETED_NO, NULL);
		som_deallocate(params);
	}
}
static inline char *somExceptionId(const Environment *ev) { return ev->major == NO_EXCEPTION ? NULL : ev->id; }
static inline void *somExceptionValue(const Environment *ev) { return ev->value; }
static inline void somExceptionFree(Environment *ev) { som_env_clear(ev); }
#define exception_id somExceptionId
#define exception_value somExceptionValue
#define exception_free somExceptionFree

/* ---- Output, errors, memory ---- */

static inline int somVprintf(const char *format, va_list ap) { return vprintf(format, ap); }
SOM_FORMAT(1, 2) static inline int somPrintf(const char *format, ...) {
	va_list ap;
	va_start(ap, format);
	int n = vprintf(format, ap);
	va_end(ap);
	return n;
}
/* With as many blanks in front as level says twice. */
static inline void somPrefixLevel(long level) { printf("%*s", (int)(2 * (level & 31)), ""); }
SOM_FORMAT(2, 3) static inline int somLPrintf(long level, const char *format, ...) {
	va_list ap;
	somPrefixLevel(level);
	va_start(ap, format);
	int n = vprintf(format, ap);
	va_end(ap);
	return n;
}
/* The last digit of a code is how bad it is: 9 ends the program. */
static inline void SOMError(int code, const char *file, int line) {
	fprintf(stderr, "%s: %d: error %d\n", file, line, code);
	if (code % 10 == 9) exit(EXIT_FAILURE);
}
#define SOM_Error(code) SOMError((code), __FILE__, __LINE__)
static inline void *SOMMalloc(size_t n) { return som_allocate(n); }
static inline void *SOMCalloc(size_t n, size_t size) { return size && n > SIZE_MAX / size ? NULL : som_allocate(n * size); }
static inline void SOMFree(void *p) { som_deallocate(p); }
static inline void ORBfree(void *p) { som_deallocate(p); }

/* ---- Names ---- */

static inline somId somIdFromString(const char *name) {
	somId id = (somId)som_allocate(sizeof *id);
	if (id && !(*id = som_string_copy(name))) {
		som_deallocate(id);
		id = NULL;
	}
	return id;
}
static inline char *somStringFromId(somId id) { return id ? *id : NULL; }
static inline int somCompareIds(somId a, somId b) { return strcmp(*a, *b) == 0; }
static inline somId somCheckId(somId id) { return id; }
static inline int somRegisterId(somId id) { return som_name_of(*id, NULL) != NULL; }
/* The same for all ids of one name. */
static inline uintptr_t somUniqueKey(somId id) { return (uintptr_t)som_name_of(*id, NULL); }

/* ---- Sequences ---- */

#define sequenceElement(s, i) ((s)._buffer[i])
#define sequenceLength(s) ((s)._length)
#define sequenceMaximum(s) ((s)._maximum)

/* ---- Classes ---- */

/* Defines a class by the function that is linked in for it, if one is and the class is not there. */
static inline void som_compat_define(const char *name, SOMClass *(*new_class)(integer4, integer4)) {
	som_class *c = som_class_registered(name, NULL);
	if (!c && new_class) new_class(0, 0);
	som_release((som_ref)c);
}
static inline SOMClass *som_compat_new_class(const char *name, som_class *(*define)(som_env *), integer4 major, integer4 minor) {
	Environment *ev = somGetGlobalEnvironment();
	som_class *c = som_class_registered(name, NULL);
	if (!c) c = define(ev);
	if (c && som_class_check_version(c, (uint32_t)major, (uint32_t)minor, ev) != SOM_OK) {
		som_release((som_ref)c);
		c = NULL;
	}
	return (SOMClass *)c;
}
/* In an initializer: runs that of an ancestor; where the kernel sees to it there is no control. */
static inline void som_compat_init(somInitCtrl *ctrl, som_class *ancestor) {
	if (ctrl) som_enter_default((som_making *)(void *)ctrl, ancestor, somGetGlobalEnvironment());
}

static inline SOMClassMgr *somEnvironmentNew(void) { return som_class_manager(); }
static inline SOMClassMgr *somMainProgram(void) { return som_class_manager(); }
static inline void somEnvironmentEnd(void) {}
#define SOMClassMgrObject som_class_manager()
#define _SOMObject ((SOMClass *)som_object_class())
#define _SOMClass ((SOMClass *)som_class_class())
#define _SOMClassMgr ((SOMClass *)som_class_manager_class())

#define SOM_GetClass(o) ((SOMClass *)som_class_of(o))
#define SOM_ParentNumResolve(C, n, table, m) ((somTD_##C##_##m)som_parent_proc((som_class *)_##C, (n) - 1, C##ClassData.m, NULL))
#define SOM_Resolve(o, C, m) ((somTD_##C##_##m)som_resolve((o), C##ClassData.m))
#define SOM_ResolveNoCheck SOM_Resolve
static inline somMethodPtr somResolve(SOMObject *o, somMToken token) { return som_resolve(o, token); }
static inline somMethodPtr somClassResolve(SOMClass *c, somMToken token) { return som_class_proc((som_class *)c, token); }
static inline somMethodPtr somResolveByName(SOMObject *o, const char *name) {
	const som_name *n = som_name_of(name, somGetGlobalEnvironment());
	return n ? som_find(o, n, somGetGlobalEnvironment()) : NULL;
}
static inline void *somDataResolve(SOMObject *o, somDToken token) { return som_data(o, token); }
static inline boolean somIsObj(void *o) { return o != NULL && ((SOMObject *)o)->mt != NULL; }

/* Calls a method of SOMObject, SOMClass or SOMClassMgr by name; they are not what a program does all day. */
#define SOM_ROOT(o, type, name) ((type)somResolveByName((SOMObject *)(o), name))

static inline void som_compat_free(SOMObject *o) { SOM_ROOT(o, void (*)(som_ref, som_env *), "SOMObject::somFree")(o, NULL); }
#define _somFree(o) som_compat_free(o)
#define _somGetClass(o) SOM_GetClass(o)
static inline string somCompatClassName(SOMObject *o) { return (string)SOM_ROOT(o, const char *(*)(som_ref, som_env *), "SOMObject::somGetClassName")(o, NULL); }
#define _somGetClassName(o) somCompatClassName(o)
#define _somIsA(o, c) ((boolean)som_is_a((o), (som_class *)(c)))
#define _somIsInstanceOf(o, c) ((boolean)(som_class_of(o) == (som_class *)(c)))
static inline boolean somCompatResponds(SOMObject *o, somId id) { return SOM_ROOT(o, uint8_t (*)(som_ref, som_env *, const char *), "SOMObject::somRespondsTo")(o, NULL, *id); }
#define _somRespondsTo(o, id) somCompatResponds((o), (id))
#define _somGetSize(o) SOM_ROOT(o, int32_t (*)(som_ref, som_env *), "SOMObject::somGetSize")((o), NULL)
#define _somPrintSelf(o) SOM_ROOT(o, som_ref (*)(som_ref, som_env *), "SOMObject::somPrintSelf")((o), NULL)
#define _somDumpSelf(o, level) SOM_ROOT(o, void (*)(som_ref, som_env *, int32_t), "SOMObject::somDumpSelf")((o), NULL, (level))
#define _somCastObj(o, c) ((boolean)(som_cast((o), (som_class *)(c), somGetGlobalEnvironment()) == SOM_OK))
#define _somResetObj(o) (som_uncast(o), (boolean)TRUE)

static inline SOMObject *som_compat_new(SOMClass *c) { return som_new((som_class *)c, somGetGlobalEnvironment()); }
#define _somNew(c) som_compat_new((SOMClass *)(c))
#define _somGetName(c) ((string)som_class_describe((som_class *)(c))->name)
#define _somGetInstanceSize(c) ((long)(SOM_HEAD + som_class_describe((som_class *)(c))->data_size))
#define _somGetInstancePartSize(c) ((long)som_class_describe((som_class *)(c))->part_size)
#define _somGetNumMethods(c) ((long)SOM_ROOT(c, int32_t (*)(som_ref, som_env *), "SOMClass::somGetNumMethods")((SOMObject *)(c), NULL))
#define _somDescendedFrom(c, from) ((boolean)som_descends((som_class *)(c), (som_class *)(from)))
#define _somCheckVersion(c, major, minor) ((boolean)(som_class_check_version((som_class *)(c), (uint32_t)(major), (uint32_t)(minor), NULL) == SOM_OK))
static inline SOMClass *som_compat_parent(SOMClass *c) {
	const som_class_info *i = som_class_describe((som_class *)c);
	return i->nparents ? (SOMClass *)(uintptr_t)i->parents[0] : NULL;
}
static inline void som_compat_version(SOMClass *c, long *major, long *minor) {
	*major = (long)som_class_describe((som_class *)c)->major;
	*minor = (long)som_class_describe((som_class *)c)->minor;
}
#define _somGetVersionNumbers(c, major, minor) som_compat_version((SOMClass *)(c), (major), (minor))
#define _somGetParent(c) som_compat_parent((SOMClass *)(c))
static inline boolean som_compat_supports(SOMClass *c, somId id) {
	som_found f;
	memset(&f, 0, sizeof f);
	f.size_of = sizeof f;
	return som_lookup((som_class *)c, *id, &f, NULL) == SOM_OK;
}
#define _somSupportsMethod(c, id) som_compat_supports((SOMClass *)(c), (id))
static inline const char *som_compat_descriptor(SOMClass *c, somId id) {
	som_found f;
	memset(&f, 0, sizeof f);
	f.size_of = sizeof f;
	return som_lookup((som_class *)c, *id, &f, NULL) == SOM_OK ? f.sig : NULL;
}
#define _somGetMethodDescriptor(c, id) som_compat_descriptor((SOMClass *)(c), (id))
static inline boolean som_compat_find(SOMClass *c, somId id, somMethodPtr *to) {
	som_found f;
	memset(&f, 0, sizeof f);
	f.size_of = sizeof f;
	*to = som_lookup((som_class *)c, *id, &f, NULL) == SOM_OK ? f.proc : NULL;
	return f.token != 0;
}
#define _somFindMethod(c, id, to) som_compat_find((SOMClass *)(c), (id), (to))

static inline SOMClass *som_compat_find_class(somId id, long major, long minor) {
	som_class *c = som_class_named(*id, somGetGlobalEnvironment());
	if (c && som_class_check_version(c, (uint32_t)major, (uint32_t)minor, somGetGlobalEnvironment()) != SOM_OK) {
		som_release((som_ref)c);
		c = NULL;
	}
	return (SOMClass *)c;
}
#define _somFindClass(mgr, id, major, minor) ((void)(mgr), som_compat_find_class((id), (major), (minor)))
static inline SOMClass *somFindClass(somId id, long major, long minor) { return som_compat_find_class(id, major, minor); }
static inline SOMClass *som_compat_find_in_file(somId id, long major, long minor, const char *file) {
	if (som_library_load(file, somGetGlobalEnvironment()) != SOM_OK) return NULL;
	return som_compat_find_class(id, major, minor);
}
#define _somFindClsInFile(mgr, id, major, minor, file) ((void)(mgr), som_compat_find_in_file((id), (major), (minor), (file)))
#define _somClassFromId(mgr, id) ((void)(mgr), (SOMClass *)som_class_registered(*(id), NULL))
#define _somUnloadClassFile(mgr, c) ((void)(mgr), (long)som_class_unload((som_class *)(c), somGetGlobalEnvironment()))
static inline long som_compat_substitute(const char *name, const char *by) {
	som_class *c = som_class_named(name, NULL), *s = c ? som_class_named(by, NULL) : NULL;
	int code = s ? som_class_substitute(c, s, somGetGlobalEnvironment()) : SOM_E_UNKNOWN;
	som_release((som_ref)s);
	som_release((som_ref)c);
	return code == SOM_OK ? 0 : -1;
}
#define _somSubstituteClass(mgr, name, by) ((void)(mgr), som_compat_substitute((name), (by)))
#define SOM_SubstituteClass(old, by) _somSubstituteClass(SOMClassMgrObject, #old, #by)

/* ---- Calls by name, with arguments packed as C packs them ---- */

/* Takes receiver, environment and the arguments that the method's signature asks for from ap, and calls the method. */
static inline boolean som_compat_dispatch(SOMObject *o, somToken *ret, somId id, va_list ap) {
	som_value args[64], result;
	som_found f;
	memset(&f, 0, sizeof f);
	memset(&result, 0, sizeof result);
	f.size_of = sizeof f;
	if (som_lookup(som_class_of(o), *id, &f, somGetGlobalEnvironment()) != SOM_OK || !f.sig) return FALSE;
	(void)va_arg(ap, SOMObject *);
	Environment *ev = va_arg(ap, Environment *);
	uint32_t n = 0;
	for (const char *l = f.sig + 2; *l && *l != '/' && n < 64; l++, n++) {
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
	if (som_invoke(o, *id, args, n, &result, ev ? ev : somGetGlobalEnvironment()) != SOM_OK) return FALSE;
	switch (ret ? f.sig[0] : 'v') {
	case 'v': break;
	case 'b': *ret = (somToken)(uintptr_t)result.b; break;
	case 'h': *ret = (somToken)(intptr_t)result.h; break;
	case 'i': *ret = (somToken)(intptr_t)result.i; break;
	case 'I': *ret = (somToken)(uintptr_t)result.I; break;
	default: *ret = result.p;
	}
	return TRUE;
}
#define _somDispatch(o, ret, id, ap) som_compat_dispatch((o), (ret), (id), (ap))

#endif
