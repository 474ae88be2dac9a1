/*
 * som_compat_process.h: the part of som_compat.h that no class is needed for: types, environments, memory, output, errors, names.
 *
 * What IBM's toolkit let programs replace are variables here, one for each program or library (ELF; on Windows one for each unit).
 * They are set before there are threads.
 */
#ifndef SOM_COMPAT_PROCESS_H
#define SOM_COMPAT_PROCESS_H

#include "som_c.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- Types ---- */

/* A class is a type of objects, Dog *, or with SOM_STRICT_IDL, which is seen here first and the same in all of a unit, of pointers to them, Dog.
 * SOMSTAR is what stands behind it in either style. */
#ifdef SOM_XH
class SOMObject;
class SOMClass;
class SOMClassMgr;
#define SOMSTAR *
#elif defined(SOM_STRICT_IDL)
typedef som_ref SOMObject, SOMClass, SOMClassMgr;
#define SOMSTAR
#else
typedef som_object SOMObject, SOMClass, SOMClassMgr;
#define SOMSTAR *
#endif
typedef som_env Environment;
typedef void *somToken;
typedef som_tok somMToken, somDToken;
typedef som_class *somMethodTabs; /* whose parents' tables they are */
typedef som_proc *somMethodPtr, somMethodProc; /* the latter is a function, as IBM has it: somMethodProc *proc */
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
/* A function that need not be linked in, of C's linkage. */
#ifdef __cplusplus
#define SOM_LINKED_C extern "C"
#else
#define SOM_LINKED_C extern
#endif
#ifdef __GNUC__
#define SOM_LINKED SOM_LINKED_C __attribute__((weak))
#else
#define SOM_LINKED SOM_LINKED_C
#endif

/* The release of the toolkit whose names these are. */
enum { SOM_MajorVersion = 3, SOM_MinorVersion = 0 };

/* ---- Environments and exceptions ---- */

#if defined(__cplusplus) && __cplusplus < 201103L
#define SOM_COMPAT_PER_THREAD __thread
#elif defined(__cplusplus)
#define SOM_COMPAT_PER_THREAD thread_local
#else
#define SOM_COMPAT_PER_THREAD _Thread_local
#endif

/* One for each thread and unit. */
static inline Environment *somGetGlobalEnvironment(void) {
	static SOM_COMPAT_PER_THREAD Environment ev;
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
/* The members of a user exception, or the StExcep of a system exception; the environment's. */
static inline void *somExceptionValue(Environment *ev) {
	StExcep *e = ev->major == SOM_SYSTEM_EXCEPTION && !ev->value ? (StExcep *)som_allocate(sizeof *e) : NULL;
	if (e) {
		e->minor = ev->minor;
		e->completed = (completion_status)ev->completed;
		ev->value = e;
		ev->drop = som_deallocate;
	}
	return ev->value;
}
static inline void somExceptionFree(Environment *ev) { som_env_clear(ev); }
#define exception_id somExceptionId
#define exception_value somExceptionValue
#define exception_free somExceptionFree

/* ---- What may be replaced ---- */

#ifdef __cplusplus
extern "C" {
#endif

typedef void *somTD_SOMMalloc(size_t n);
typedef void *somTD_SOMCalloc(size_t n, size_t size);
typedef void *somTD_SOMRealloc(void *p, size_t n);
typedef void somTD_SOMFree(void *p);
typedef int somTD_SOMOutCharRoutine(char c);
typedef void somTD_SOMError(int code, string file, int line);
typedef int somTD_SOMLoadModule(string className, string fileName, string functionName, integer4 major, integer4 minor, somToken *handle);
typedef int somTD_SOMDeleteModule(somToken handle);
typedef string somTD_SOMClassInitFuncName(void);

SOM_PER_CLIENT void *som_compat_malloc(size_t n) { return som_allocate(n); }
SOM_PER_CLIENT void *som_compat_calloc(size_t n, size_t size) { return size && n > SIZE_MAX / size ? NULL : som_allocate(n * size); }
SOM_PER_CLIENT void *som_compat_realloc(void *p, size_t n) { return realloc(p, n); }
SOM_PER_CLIENT void som_compat_dispose(void *p) { som_deallocate(p); }
SOM_PER_CLIENT int som_compat_put(char c) { return putchar((unsigned char)c) != EOF; }
SOM_PER_CLIENT void som_compat_error(int code, string file, int line) {
	fprintf(stderr, "%s: %d: error %d\n", file, line, code);
	if (code % 10 == 9) exit(EXIT_FAILURE);
}
SOM_PER_CLIENT int som_compat_load(string name, string file, string function, integer4 major, integer4 minor, somToken *handle) {
	(void)name, (void)function, (void)major, (void)minor, (void)handle;
	return som_library_load(file, NULL) == SOM_OK ? 0 : -1;
}
SOM_PER_CLIENT int som_compat_unload(somToken handle) { return (void)handle, 0; }
SOM_PER_CLIENT string som_compat_entry(void) { return (string)(uintptr_t)SOM_LIBRARY_ENTRY; }

/* Memory ends by SOMFree; SOMRealloc is C's, so whoever replaces one of them replaces all. They are the kernel's too if they are set
 * before somEnvironmentNew, and that is called before all else. */
SOM_PER_CLIENT somTD_SOMMalloc *SOMMalloc = som_compat_malloc;
SOM_PER_CLIENT somTD_SOMCalloc *SOMCalloc = som_compat_calloc;
SOM_PER_CLIENT somTD_SOMRealloc *SOMRealloc = som_compat_realloc;
SOM_PER_CLIENT somTD_SOMFree *SOMFree = som_compat_dispose;
/* What somPrintf writes, and from somEnvironmentNew or somSetOutChar on what the kernel does. */
SOM_PER_CLIENT somTD_SOMOutCharRoutine *SOMOutCharRoutine = som_compat_put;
/* The last digit of a code is how bad it is. This one ends the program where that is SOM_Fatal. */
SOM_PER_CLIENT somTD_SOMError *SOMError = som_compat_error;
/* Another one is asked, by somFindClass and the like of this client, for classes that are not there: 0 if it made them. */
SOM_PER_CLIENT somTD_SOMLoadModule *SOMLoadModule = som_compat_load;
SOM_PER_CLIENT somTD_SOMDeleteModule *SOMDeleteModule = som_compat_unload;
SOM_PER_CLIENT somTD_SOMClassInitFuncName *SOMClassInitFuncName = som_compat_entry;
/* What is said, where it is more than 0: calls of methods that begin with DogMethodDebug, what is expected and is not, and what is
 * asserted and is. */
SOM_PER_CLIENT integer4 SOM_TraceLevel = 0;
SOM_PER_CLIENT integer4 SOM_WarnLevel = 0;
SOM_PER_CLIENT integer4 SOM_AssertLevel = 0;

#ifdef __cplusplus
}
#endif

/* ---- Output ---- */

static inline int somVprintf(const char *format, va_list ap) {
	if (SOMOutCharRoutine == som_compat_put) return vprintf(format, ap);
	va_list again;
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, format, again);
	va_end(again);
	char *text = n < 0 ? NULL : (char *)malloc((size_t)n + 1);
	if (!text) return -1;
	vsnprintf(text, (size_t)n + 1, format, ap);
	for (int i = 0; i < n; i++)
		SOMOutCharRoutine(text[i]);
	free(text);
	return n;
}
SOM_FORMAT(1, 2) static inline int somPrintf(const char *format, ...) {
	va_list ap;
	va_start(ap, format);
	int n = somVprintf(format, ap);
	va_end(ap);
	return n;
}
/* As many blanks as level says twice; at most 62. */
static inline void somPrefixLevel(long level) { somPrintf("%*s", (int)(2 * (level & 31)), ""); }
SOM_FORMAT(2, 3) static inline int somLPrintf(long level, const char *format, ...) {
	va_list ap;
	somPrefixLevel(level);
	va_start(ap, format);
	int n = somVprintf(format, ap);
	va_end(ap);
	return n;
}
static inline void som_compat_output(const char *text, size_t n) {
	for (size_t i = 0; i < n; i++)
		SOMOutCharRoutine(text[i]);
}
static inline void *som_compat_zeroed(size_t n) { return SOMCalloc(1, n); }
static inline void som_compat_end(void *p) { SOMFree(p); }
/* Has the kernel use what was replaced. */
static inline void som_compat_hooks(void) {
	som_hooks h;
	memset(&h, 0, sizeof h);
	h.size_of = sizeof h;
	if (SOMOutCharRoutine != som_compat_put) h.output = som_compat_output;
	if (SOMCalloc != som_compat_calloc && SOMFree != som_compat_dispose) {
		h.allocate = som_compat_zeroed;
		h.deallocate = som_compat_end;
	}
	if (h.output || h.allocate) som_set_hooks(&h, NULL);
}
/* NULL is C's own output again. */
static inline void somSetOutChar(somTD_SOMOutCharRoutine *put) {
	som_hooks h;
	memset(&h, 0, sizeof h);
	h.size_of = sizeof h;
	h.output = som_compat_output;
	SOMOutCharRoutine = put ? put : som_compat_put;
	som_set_hooks(&h, NULL);
}
static inline void ORBfree(void *p) { SOMFree(p); }

/* ---- Errors, and what is said of calls ---- */

enum { SOM_Warn = 1, SOM_Ignore = 2, SOM_Fatal = 9 };

#define SOM_Error(code) SOMError((code), (string)(uintptr_t)__FILE__, __LINE__)
static inline int som_compat_says(int level, const char *what, const char *text, const char *file, int line) {
	if (level > 0) somPrintf("\"%s\": %d: %s: %s\n", file, line, what, text);
	return 1;
}
#define SOM_SAYS(level, what, text) ((void)som_compat_says((int)(level), what, text, __FILE__, __LINE__))
#define SOM_WarnMsg(text) SOM_SAYS(SOM_WarnLevel, "warning", text)
/* A condition that holds is said at SOM_AssertLevel; one that does not is an error. */
#define SOM_Assert(condition, code) \
	((condition) ? SOM_SAYS(SOM_AssertLevel, "asserted", #condition) : (code) % 10 != SOM_Fatal && SOM_WarnLevel <= 0 ? (void)0 : SOM_Error(code))
#define SOM_Test(condition) SOM_Assert(condition, 20119)
/* Likewise, and one that does not hold is but said at SOM_WarnLevel. */
#define SOM_TestC(condition) ((condition) ? SOM_SAYS(SOM_AssertLevel, "asserted", #condition) : SOM_WarnMsg(#condition))
#define SOM_Expect(condition) ((condition) ? (void)0 : SOM_SAYS(SOM_WarnLevel, "expected", #condition))
#define SOM_Trace(c, m) SOM_SAYS(SOM_TraceLevel, "in " c, m)
#define SOM_NoTrace(c, m) ((void)0)
/* Says that a parameter or variable is not used. */
#define SOM_IgnoreWarning(x) ((void)(x))
#define SOM_IgnoreWarnings SOM_IgnoreWarning

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

/* How many names there will be is nothing that the kernel has to know, and none is forgotten. */
static inline void somSetExpectedIds(unsigned long n) { (void)n; }
static inline void somBeginPersistentIds(void) {}
static inline void somEndPersistentIds(void) {}

/* ---- Sequences ---- */

#define sequenceElement(s, i) ((s)._buffer[i])
#define sequenceLength(s) ((s)._length)
#define sequenceMaximum(s) ((s)._maximum)
/* sequence(long) is the type of IDL's sequence<long>. */
#define sequence(type) _IDL_SEQUENCE_##type
typedef som_seq_boolean _IDL_SEQUENCE_boolean;
typedef som_seq_octet _IDL_SEQUENCE_octet;
typedef som_seq_char _IDL_SEQUENCE_char;
typedef som_seq_short _IDL_SEQUENCE_short, _IDL_SEQUENCE_integer2;
typedef som_seq_ushort _IDL_SEQUENCE_ushort, _IDL_SEQUENCE_uinteger2;
typedef som_seq_long _IDL_SEQUENCE_long, _IDL_SEQUENCE_integer4;
typedef som_seq_ulong _IDL_SEQUENCE_ulong, _IDL_SEQUENCE_uinteger4;
typedef som_seq_float _IDL_SEQUENCE_float;
typedef som_seq_double _IDL_SEQUENCE_double;
typedef som_seq_string _IDL_SEQUENCE_string;
typedef som_seq_object _IDL_SEQUENCE_SOMObject, _IDL_SEQUENCE_SOMClass;

#endif
