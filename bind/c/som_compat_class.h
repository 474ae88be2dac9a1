/*
 * som_compat_class.h: the part of som_compat.h about classes: resolution, and the methods of SOMObject, SOMClass and SOMClassMgr
 * under the names with an underscore in front. Those that built classes step by step are not there: som_class_define does.
 */
#ifndef SOM_COMPAT_CLASS_H
#define SOM_COMPAT_CLASS_H

#include "som_compat_process.h"
#include "somcls.h"
#include "somcm.h"
#include "somobj.h"
#ifdef SOM_XH
#include "som_classes.xh"
#endif

/* ---- Environment and classes ---- */

static inline SOMClassMgr SOMSTAR somEnvironmentNew(void) {
	som_compat_hooks();
#ifdef SOM_TestOn
	som_set_checking(1);
#endif
	return (SOMClassMgr SOMSTAR)som_class_manager();
}
static inline SOMClassMgr SOMSTAR somMainProgram(void) { return somEnvironmentNew(); }
static inline void somEnvironmentEnd(void) {}
static inline void somAbnormalEnd(void) {}
#define SOMClassMgrObject ((SOMClassMgr SOMSTAR)som_class_manager())
#define _SOMObject ((SOMClass SOMSTAR)som_object_class())
#define _SOMClass ((SOMClass SOMSTAR)som_class_class())
#define _SOMClassMgr ((SOMClass SOMSTAR)som_class_manager_class())

/* The methods of the root classes have no environment. Of those that return nothing by which it is seen that they could not do it, it is said at
 * SOM_WarnLevel, and to SOMError, as what may be ignored. */
static inline Environment *som_compat_asked(void) {
	static SOM_COMPAT_PER_THREAD Environment ev;
	return &ev;
}
static inline void som_compat_tell(const char *file, int line) {
	Environment *ev = som_compat_asked();
	if (ev->major == NO_EXCEPTION) return;
	som_compat_says((int)SOM_WarnLevel, "warning", ev->text ? ev->text : ev->id, file, line);
	som_env_clear(ev);
	SOMError(20112, (string)(uintptr_t)file, line);
}
#define SOM_TELLS som_compat_tell(__FILE__, __LINE__)

/* Defines a class by the function that is linked in for it, if one is and the class is not there. */
static inline void som_compat_define(const char *name, SOMClass SOMSTAR (*new_class)(integer4, integer4)) {
	som_class *c = som_class_registered(name, NULL);
	if (!c && new_class) new_class(0, 0);
	som_release((som_ref)c);
}
/* IBM's programs get classes as often as they like, release none, and unload them: a class that they are given is held by nobody, and stays until
 * it is unloaded. Of a version that does not do it is NULL. */
static inline SOMClass SOMSTAR som_compat_checked(som_class *c, long major, long minor) {
	int code = c ? som_class_check_version(c, (uint32_t)major, (uint32_t)minor, NULL) : SOM_E_UNKNOWN;
	som_release((som_ref)c);
	return code == SOM_OK ? (SOMClass SOMSTAR)c : NULL;
}
static inline long som_compat_unload_class(SOMClass SOMSTAR c) {
	som_ref o = som_retain((som_ref)c);
	int code = som_class_unload((som_class *)c, NULL);
	if (code != SOM_OK) som_release(o);
	return code;
}
static inline SOMClass SOMSTAR som_compat_new_class(const char *name, som_class *(*define)(som_env *), integer4 major, integer4 minor) {
	som_class *c = som_class_registered(name, NULL);
	if (!c) c = define(NULL);
	return som_compat_checked(c, major, minor);
}
/* In an initializer: runs that of an ancestor; where the kernel sees to it there is no control. */
static inline void som_compat_init(somInitCtrl *ctrl, som_class *ancestor) {
	if (ctrl) som_enter_default((som_making *)(void *)ctrl, ancestor, NULL);
}

/* Makes the classes of a library that is linked in. */
static inline void somRegisterClassLibrary(const char *library, void (*init)(integer4 major, integer4 minor, string name)) {
	(void)library;
	init(0, 0, NULL);
}

/* ---- Resolution ---- */

static inline boolean somIsObj(void *o) { return o != NULL && SOM_ROW((som_ref)o) != NULL; }
/* The object, if it is one of the class; else an error, and NULL if the program lives on. */
static inline SOMObject SOMSTAR somTestCls(SOMObject SOMSTAR o, SOMClass SOMSTAR c, const char *file, int line) {
	if (somIsObj(o) && som_is_a(o, (som_class *)c)) return o;
	SOMError(20119, (string)(uintptr_t)file, line);
	return NULL;
}
#define SOM_TestCls(o, c) somTestCls((SOMObject SOMSTAR)(o), (c), __FILE__, __LINE__)
#define SOM_GetClass(o) ((SOMClass SOMSTAR)som_class_of(o))
#define SOM_ResolveNoCheck(o, C, m) ((somTD_##C##_##m)som_resolve((o), C##ClassData.m))
#ifdef SOM_TestOn
#define SOM_Resolve(o, C, m) ((somTD_##C##_##m)som_resolve(SOM_TestCls((o), _##C), C##ClassData.m))
#else
#define SOM_Resolve SOM_ResolveNoCheck
#endif
/* C introduces the method, parents are DogCClassData.parentMtab of the class Dog whose parents are meant, counted from 1. */
#define SOM_ParentNumResolve(C, n, parents, m) ((somTD_##C##_##m)somParentNumResolve((parents), (n), C##ClassData.m))
static inline somMethodPtr somResolve(SOMObject SOMSTAR o, somMToken token) { return som_resolve(o, token); }
static inline somMethodPtr somClassResolve(SOMClass SOMSTAR c, somMToken token) { return som_class_proc((som_class *)c, token); }
static inline somMethodPtr somResolveByName(SOMObject SOMSTAR o, const char *name) {
	const som_name *n = som_name_of(name, NULL);
	return n ? som_find(o, n, NULL) : NULL;
}
static inline somMethodPtr somParentNumResolve(somMethodTabs parents, int n, somMToken token) { return n > 0 ? som_parent_proc(parents, (uint32_t)n - 1, token, NULL) : NULL; }
static inline somMethodPtr somParentResolve(somMethodTabs parents, somMToken token) { return som_parent_proc(parents, 0, token, NULL); }
static inline void *somDataResolve(SOMObject SOMSTAR o, somDToken token) { return som_data(o, token); }

/* What a method is, as _somGetMethodData says. */
typedef struct somMethodData {
	string id, descriptor; /* the class's; descriptor is the signature that som.h has, or NULL */
	uint32_t type;         /* SOM_STATIC … */
	somMToken mToken;      /* 0 of procedures and dynamic methods */
	somMethodPtr method;
	boolean oidl; /* whether calls have no environment */
} somMethodData, *somMethodDataPtr;
static inline boolean som_compat_found(SOMClass SOMSTAR c, const char *name, som_found *f) {
	memset(f, 0, sizeof *f);
	f->size_of = sizeof *f;
	return som_lookup((som_class *)c, name, f, NULL) == SOM_OK;
}
/* Whether a method is called without environment, as those of the root classes are, and of classes with callstyle=oidl. */
static inline boolean som_compat_oidl(const som_found *f) {
	if (f->from == som_object_class() || f->from == som_class_class() || f->from == som_class_manager_class()) return TRUE;
	return f->kind != SOM_DYNAMIC && som_class_describe(f->from)->flags & SOM_OIDL;
}
static inline boolean som_compat_method(SOMClass SOMSTAR c, const char *name, somMethodData *to) {
	som_found f;
	memset(to, 0, sizeof *to);
	if (!som_compat_found(c, name, &f)) return FALSE;
	to->id = (string)(uintptr_t)name;
	to->descriptor = (string)(uintptr_t)f.sig;
	to->type = f.kind;
	to->mToken = f.token;
	to->method = f.proc;
	to->oidl = som_compat_oidl(&f);
	return TRUE;
}
static inline boolean som_compat_find(SOMClass SOMSTAR c, const char *name, somMethodPtr *to, int must) {
	som_found f;
	*to = som_compat_found(c, name, &f) ? f.proc : NULL;
	if (!*to && must) SOM_Error(20119);
	return f.token != 0;
}

/* ---- SOMObject ---- */

#define _somInit(o) SOMObject_somInit((som_ref)(o), NULL)
#define _somUninit(o) SOMObject_somUninit((som_ref)(o), NULL)
#define _somFree(o) SOMObject_somFree((som_ref)(o), NULL)
#define _somGetClass(o) SOM_GetClass(o)
#define _somGetClassName(o) ((string)(uintptr_t)SOMObject_somGetClassName((som_ref)(o), NULL))
#define _somIsA(o, c) ((boolean)som_is_a((o), (som_class *)(c)))
#define _somIsInstanceOf(o, c) ((boolean)(som_class_of(o) == (som_class *)(c)))
#define _somRespondsTo(o, id) SOMObject_somRespondsTo((som_ref)(o), NULL, *(id))
#define _somGetSize(o) ((long)SOMObject_somGetSize((som_ref)(o), NULL))
#define _somPrintSelf(o) SOMObject_somPrintSelf((som_ref)(o), NULL)
#define _somDumpSelf(o, level) SOMObject_somDumpSelf((som_ref)(o), NULL, (int32_t)(level))
#define _somDumpSelfInt(o, level) SOMObject_somDumpSelfInt((som_ref)(o), NULL, (int32_t)(level))
#define _somCastObj(o, c) ((boolean)(som_cast((o), (som_class *)(c), NULL) == SOM_OK))
#define _somResetObj(o) (som_uncast(o), (boolean)TRUE)
#define _somDefaultInit(o, ctrl) SOMObject_somDefaultInit((som_ref)(o), NULL, (ctrl))
#define _somDestruct(o, doFree, ctrl) SOMObject_somDestruct((som_ref)(o), NULL, (doFree), (ctrl))
#define _somDefaultCopyInit(o, ctrl, from) SOMObject_somDefaultCopyInit((som_ref)(o), NULL, (ctrl), (som_ref)(from))
#define _somDefaultConstCopyInit(o, ctrl, from) SOMObject_somDefaultConstCopyInit((som_ref)(o), NULL, (ctrl), (som_ref)(from))
#define _somDefaultVCopyInit(o, ctrl, from) SOMObject_somDefaultVCopyInit((som_ref)(o), NULL, (ctrl), (som_ref)(from))
#define _somDefaultConstVCopyInit(o, ctrl, from) SOMObject_somDefaultConstVCopyInit((som_ref)(o), NULL, (ctrl), (som_ref)(from))
#define _somDefaultAssign(o, ctrl, from) SOMObject_somDefaultAssign((som_ref)(o), NULL, (ctrl), (som_ref)(from))
#define _somDefaultConstAssign(o, ctrl, from) SOMObject_somDefaultConstAssign((som_ref)(o), NULL, (ctrl), (som_ref)(from))
#define _somDefaultVAssign(o, ctrl, from) SOMObject_somDefaultVAssign((som_ref)(o), NULL, (ctrl), (som_ref)(from))
#define _somDefaultConstVAssign(o, ctrl, from) SOMObject_somDefaultConstVAssign((som_ref)(o), NULL, (ctrl), (som_ref)(from))

/* ---- SOMClass ---- */

static inline SOMObject SOMSTAR som_compat_new(SOMClass SOMSTAR c) { return (SOMObject SOMSTAR)som_new((som_class *)c, NULL); }
#define _somNew(c) som_compat_new((SOMClass SOMSTAR)(c))
#define _somNewNoInit(c) SOMClass_somNewNoInit((som_ref)(c), NULL)
#define _somRenew(c, memory) SOMClass_somRenew((som_ref)(c), NULL, (memory))
#define _somRenewNoInit(c, memory) SOMClass_somRenewNoInit((som_ref)(c), NULL, (memory))
#define _somRenewNoZero(c, memory) SOMClass_somRenewNoZero((som_ref)(c), NULL, (memory))
#define _somRenewNoInitNoZero(c, memory) SOMClass_somRenewNoInitNoZero((som_ref)(c), NULL, (memory))
#define _somAllocate(c, size) SOMClass_somAllocate((som_ref)(c), NULL, (int32_t)(size))
#define _somDeallocate(c, memory) SOMClass_somDeallocate((som_ref)(c), NULL, (memory))
#define _somClassReady(c) SOMClass_somClassReady((som_ref)(c), NULL)
#define _somGetName(c) ((string)(uintptr_t)som_class_describe((som_class *)(c))->name)
#define _somGetInstanceSize(c) ((long)(SOM_HEAD + som_class_describe((som_class *)(c))->data_size))
#define _somGetInstancePartSize(c) ((long)som_class_describe((som_class *)(c))->part_size)
#define __get_somDataAlignment(c) ((long)som_class_describe((som_class *)(c))->data_align)
#define _somGetInstanceToken(c) ((somDToken)SOMClass_somGetInstanceToken((som_ref)(c), NULL))
#define _somGetNumMethods(c) ((long)SOMClass_somGetNumMethods((som_ref)(c), NULL))
#define _somGetNumStaticMethods(c) ((long)SOMClass_somGetNumStaticMethods((som_ref)(c), NULL))
#define _somGetClassMtab(c) SOMClass_somGetClassMtab((som_ref)(c), NULL)
#define _somDescendedFrom(c, from) ((boolean)som_descends((som_class *)(c), (som_class *)(from)))
#define _somCheckVersion(c, major, minor) ((boolean)(som_class_check_version((som_class *)(c), (uint32_t)(major), (uint32_t)(minor), NULL) == SOM_OK))
static inline void som_compat_version(SOMClass SOMSTAR c, long *major, long *minor) {
	*major = (long)som_class_describe((som_class *)c)->major;
	*minor = (long)som_class_describe((som_class *)c)->minor;
}
#define _somGetVersionNumbers(c, major, minor) som_compat_version((SOMClass SOMSTAR)(c), (major), (minor))
static inline SOMClass SOMSTAR som_compat_parent(SOMClass SOMSTAR c) {
	const som_class_info *i = som_class_describe((som_class *)c);
	return i->nparents ? (SOMClass SOMSTAR)(uintptr_t)i->parents[0] : NULL;
}
#define _somGetParent(c) som_compat_parent((SOMClass SOMSTAR)(c))
/* The classes are the kernel's: what such a sequence holds is neither released nor freed. */
static inline _IDL_SEQUENCE_SOMClass som_compat_classes(const som_class *const *all, uint32_t n) {
	_IDL_SEQUENCE_SOMClass s;
	s._maximum = s._length = n;
	s._buffer = (som_ref *)(uintptr_t)all;
	return s;
}
#define _somGetParents(c) som_compat_classes(som_class_describe((som_class *)(c))->parents, som_class_describe((som_class *)(c))->nparents)
#define __get_somDirectInitClasses(c) som_compat_classes(som_class_describe((som_class *)(c))->first_inits, som_class_describe((som_class *)(c))->nfirst_inits)
static inline boolean som_compat_supports(SOMClass SOMSTAR c, somId id) {
	som_found f;
	int code;
	memset(&f, 0, sizeof f);
	f.size_of = sizeof f;
	code = som_lookup((som_class *)c, *id, &f, NULL);
	return code == SOM_OK || code == SOM_E_AMBIGUOUS;
}
#define _somSupportsMethod(c, id) som_compat_supports((SOMClass SOMSTAR)(c), (id))
static inline string som_compat_descriptor(SOMClass SOMSTAR c, somId id) {
	som_found f;
	return som_compat_found(c, *id, &f) ? (string)(uintptr_t)f.sig : NULL;
}
#define _somGetMethodDescriptor(c, id) som_compat_descriptor((SOMClass SOMSTAR)(c), (id))
static inline somMToken som_compat_token(SOMClass SOMSTAR c, somId id) {
	som_found f;
	return som_compat_found(c, *id, &f) ? f.token : 0;
}
#define _somGetMethodToken(c, id) som_compat_token((SOMClass SOMSTAR)(c), (id))
static inline somMethodPtr som_compat_lookup(SOMClass SOMSTAR c, somId id, int statics) {
	som_found f;
	return som_compat_found(c, *id, &f) && (f.token || !statics) ? f.proc : NULL;
}
#define _somLookupMethod(c, id) som_compat_lookup((SOMClass SOMSTAR)(c), (id), 0)
#define _somFindSMethod(c, id) som_compat_lookup((SOMClass SOMSTAR)(c), (id), 1)
#define _somFindSMethodOk(c, id) (_somFindSMethod(c, id) ? (void)0 : SOM_Error(20119), _somFindSMethod(c, id))
#define _somFindMethod(c, id, to) som_compat_find((SOMClass SOMSTAR)(c), *(id), (to), 0)
#define _somFindMethodOk(c, id, to) som_compat_find((SOMClass SOMSTAR)(c), *(id), (to), 1)
#define _somGetMethodData(c, id, to) som_compat_method((SOMClass SOMSTAR)(c), *(id), (to))
#define _somAddDynamicMethod(c, id, descriptor, proc, applyStub) \
	((void)(applyStub), (void)som_class_add((som_class *)(c), *(id), *(descriptor), (som_proc *)(proc), som_compat_asked()), SOM_TELLS)
#define _somOverrideSMethod(c, id, proc) (SOMClass_somOverrideSMethod((som_ref)(c), som_compat_asked(), *(id), (void *)(uintptr_t)(proc)), SOM_TELLS)
#define _somMethodImplOwner(c, token) SOMClass_somMethodImplOwner((som_ref)(c), NULL, (token))
#define _somDefinedMethod(c, token) ((somMethodPtr)(uintptr_t)SOMClass_somDefinedMethod((som_ref)(c), NULL, (token)))

/* ---- SOMClassMgr ---- */

/* A loader of the program's own is asked for what is not there. */
static inline SOMClass SOMSTAR som_compat_find_class(somId id, long major, long minor, const char *file) {
	som_class *c = som_class_registered(*id, NULL);
	somToken handle = NULL;
	if (c) return som_compat_checked(c, major, minor);
	if (SOMLoadModule != som_compat_load) {
		if (SOMLoadModule(*id, (string)(uintptr_t)(file ? file : *id), SOMClassInitFuncName(), (integer4)major, (integer4)minor, &handle) != 0) return NULL;
		return som_compat_checked(som_class_registered(*id, NULL), major, minor);
	}
	if (file && som_library_load(file, NULL) != SOM_OK) return NULL;
	return som_compat_checked(som_class_named(*id, NULL), major, minor);
}
static inline SOMClass SOMSTAR somFindClass(somId id, long major, long minor) { return som_compat_find_class(id, major, minor, NULL); }
#define _somFindClass(mgr, id, major, minor) ((void)(mgr), som_compat_find_class((id), (major), (minor), NULL))
#define _somFindClsInFile(mgr, id, major, minor, file) ((void)(mgr), som_compat_find_class((id), (major), (minor), (file)))
#define _somLoadClassFile(mgr, id, major, minor, file) _somFindClsInFile(mgr, id, major, minor, file)
#define _somClassFromId(mgr, id) ((void)(mgr), som_compat_checked(som_class_registered(*(id), NULL), 0, 0))
#define _somLocateClassFile(mgr, id, major, minor) ((string)(uintptr_t)SOMClassMgr_somLocateClassFile((som_ref)(mgr), NULL, *(id), (int32_t)(major), (int32_t)(minor)))
#define _somGetInitFunction(mgr) ((void)(mgr), SOMClassInitFuncName())
#define _somUnloadClassFile(mgr, c) ((void)(mgr), som_compat_unload_class((SOMClass SOMSTAR)(c)))
static inline long som_compat_unregister(SOMClassMgr SOMSTAR mgr, SOMClass SOMSTAR c) {
	som_ref o = som_retain((som_ref)c);
	int32_t code = SOMClassMgr_somUnregisterClass((som_ref)mgr, NULL, o);
	if (code != SOM_OK) som_release(o);
	return code;
}
#define _somUnregisterClass(mgr, c) som_compat_unregister((SOMClassMgr SOMSTAR)(mgr), (SOMClass SOMSTAR)(c))
#define _somJoinAffinityGroup(mgr, c, of) (SOMClassMgr_somJoinAffinityGroup((som_ref)(mgr), som_compat_asked(), (som_ref)(c), (som_ref)(of)), SOM_TELLS)
#define _somRegisterClass(mgr, c) (SOMClassMgr_somRegisterClass((som_ref)(mgr), som_compat_asked(), (som_ref)(c)), SOM_TELLS)
#define _somMergeInto(mgr, to) (SOMClassMgr_somMergeInto((som_ref)(mgr), som_compat_asked(), (som_ref)(to)), SOM_TELLS)
#define _somBeginPersistentClasses(mgr) (SOMClassMgr_somBeginPersistentClasses((som_ref)(mgr), som_compat_asked()), SOM_TELLS)
#define _somEndPersistentClasses(mgr) (SOMClassMgr_somEndPersistentClasses((som_ref)(mgr), som_compat_asked()), SOM_TELLS)
static inline long som_compat_substitute(const char *name, const char *by) {
	som_class *c = som_class_named(name, NULL), *s = c ? som_class_named(by, NULL) : NULL;
	int code = s ? som_class_substitute(c, s, NULL) : SOM_E_UNKNOWN;
	som_release((som_ref)s);
	som_release((som_ref)c);
	return code == SOM_OK ? 0 : -1;
}
#define _somSubstituteClass(mgr, name, by) ((void)(mgr), som_compat_substitute((name), (by)))
#define SOM_SubstituteClass(old, by) _somSubstituteClass(SOMClassMgrObject, #old, #by)

#endif
