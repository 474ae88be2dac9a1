/*
 * somdii.h: calls whose types are known at run time only, as DSOM's programs make them: TypeCodes, any, NVList, Request and Context. somd.h includes it; docs/somd.md has an
 * example. The methods of lists, requests and contexts are in nvlist.h, request.h and cntxt.h: they raise by ev, and the status that they return is 0 but where this says otherwise.
 *
 * A value is where a pointer says, as generated C has it (docs/som-c.md): of a string it is the place of a char *, of an object that of a som_ref. It owns what it holds, in memory of
 * som_allocate; SOMD_FreeType ends that.
 */
#ifndef SOMDII_H
#define SOMDII_H

#include <stdarg.h>

#include "som_tckind.h"
#include "somd.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- TypeCodes ---- */

/* A TypeCode is an object, of the class SOMDTypeCode: it is not changed once it is made, and any thread may use it. Who makes one or is given one gives it back by TypeCode_free.
 * Those that have a name, TC_long and so on, stay: the process has one of each, whichever of its programs and libraries asks, and what copies and ends TypeCodes, or values that hold
 * them, leaves those as they are. */
typedef som_ref TypeCode;

/* A value and its type. It is the program's own, and ends by any_clear; one that is all zero is that of null. Its name is any; this file says somd_any, because in C++ any may be std's, too. */
typedef struct somd_any {
	TypeCode _type;
	void *_value;
} somd_any;
typedef somd_any any;

/* The result of a request, and an argument. */
typedef struct NamedValue {
	Identifier name;
	somd_any argument;
	int32_t len;
	Flags arg_modes;
} NamedValue;

/* TypeCodes of the types that have a name in IDL, which last as long as the process. The ORB is loaded for the first; NULL where it cannot be had. */
SOM_PER_CLIENT som_ref somd_typecodes[tk_wstring + 1];
static inline TypeCode somd_tc(TCKind kind) {
	som_env ev = {0, 0, 0, 0, NULL, NULL, NULL, NULL};
	TypeCode any_one, made = NULL;
#ifdef __GNUC__
	TypeCode there = __atomic_load_n(&somd_typecodes[kind], __ATOMIC_ACQUIRE);
#else
	TypeCode there = *(som_ref volatile *)&somd_typecodes[kind];
#endif
	if (SOM_LIKELY(there != NULL)) return there;
	if (somd_load(&ev) == SOM_OK && (any_one = SOMDTypeCode_new(&ev))) {
		made = SOMDTypeCode_named(any_one, &ev, kind);
		som_release(any_one);
	}
	som_env_clear(&ev);
#ifdef __GNUC__
	if (made && !__atomic_compare_exchange_n(&somd_typecodes[kind], &there, made, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) som_release(made), made = there;
#else
	somd_typecodes[kind] = made;
#endif
	return made;
}
#define TC_null somd_tc(tk_null)
#define TC_void somd_tc(tk_void)
#define TC_short somd_tc(tk_short)
#define TC_long somd_tc(tk_long)
#define TC_ushort somd_tc(tk_ushort)
#define TC_ulong somd_tc(tk_ulong)
#define TC_longlong somd_tc(tk_longlong)
#define TC_ulonglong somd_tc(tk_ulonglong)
#define TC_float somd_tc(tk_float)
#define TC_double somd_tc(tk_double)
#define TC_boolean somd_tc(tk_boolean)
#define TC_char somd_tc(tk_char)
#define TC_wchar somd_tc(tk_wchar)
#define TC_octet somd_tc(tk_octet)
#define TC_any somd_tc(tk_any)
#define TC_TypeCode somd_tc(tk_TypeCode)
#define TC_string somd_tc(tk_string)
#define TC_wstring somd_tc(tk_wstring)
#define TC_Object somd_tc(tk_objref)

/* The TypeCode of a type that is written like IDL: unsigned long, sequence<string,4>, struct Zoo::Point {long x; long y;}, enum Colour {red, green}. The caller's. */
static inline TypeCode somdTypeCode(som_env *ev, const char *text) {
	TypeCode tc = somd_load(ev) == SOM_OK ? SOMDTypeCode_new(ev) : NULL;
	if (!tc) return NULL;
	SOMDTypeCode_parse(tc, ev, text);
	if (!ev || ev->major == SOM_NO_EXCEPTION) return tc;
	som_release(tc);
	return NULL;
}

/* At most so many members of a structure or union, or enumerators. */
enum { SOMD_MAX_PARTS = 256 };

/* A TypeCode of its parts, the caller's; NULL where there is none. TypeCodes that it is made of stay the caller's.
 *   tk_objref, name        tk_string, tk_wstring, bound        tk_sequence, TypeCode, bound        tk_array, TypeCode, length
 *   tk_struct, tk_except, name, (member, TypeCode)…, NULL      tk_enum, name, enumerator…, NULL    tk_alias, name, TypeCode
 *   tk_union, name, TypeCode of the discriminator, (kind of the label, label, member, TypeCode)…, 0L: all four of type long, long, char *, TypeCode; tk_octet says default
 * Bounds and lengths are of type long; names are char *, as scoped names (Zoo::Point) or repository ids. */
static inline TypeCode TypeCodeNew(uint32_t kind, ...) { /* a TCKind, which in C++ is no type for va_start */
	char *name[1 + SOMD_MAX_PARTS];
	som_ref type[1 + SOMD_MAX_PARTS];
	int64_t label[2 * SOMD_MAX_PARTS];
	SOMDTypeCode_Names names = {1 + SOMD_MAX_PARTS, 0, name};
	SOMDTypeCode_Types types = {1 + SOMD_MAX_PARTS, 0, type};
	SOMDTypeCode_Labels labels = {2 * SOMD_MAX_PARTS, 0, label};
	uint32_t bound = 0;
	int most = 1;
	long flag;
	som_env ev = {0, 0, 0, 0, NULL, NULL, NULL, NULL};
	TypeCode made = NULL;
	va_list ap;
	va_start(ap, kind);
	switch (kind) {
	case tk_sequence:
	case tk_array:
		type[types._length++] = va_arg(ap, TypeCode);
		bound = (uint32_t)va_arg(ap, long);
		break;
	case tk_string:
	case tk_wstring:
		bound = (uint32_t)va_arg(ap, long);
		break;
	case tk_objref:
	case tk_alias:
	case tk_struct:
	case tk_except:
	case tk_enum:
	case tk_union:
		name[names._length++] = va_arg(ap, char *);
		if (kind == tk_alias || kind == tk_union) type[types._length++] = va_arg(ap, TypeCode);
		if (kind == tk_struct || kind == tk_except || kind == tk_enum)
			for (char *next; (next = va_arg(ap, char *)) && (most = names._length <= SOMD_MAX_PARTS);) {
				name[names._length++] = next;
				if (kind != tk_enum) type[types._length++] = va_arg(ap, TypeCode);
			}
		if (kind == tk_union)
			while ((flag = va_arg(ap, long)) && (most = names._length <= SOMD_MAX_PARTS)) {
				label[labels._length++] = flag != tk_octet;
				label[labels._length++] = va_arg(ap, long);
				name[names._length++] = va_arg(ap, char *);
				type[types._length++] = va_arg(ap, TypeCode);
			}
		break;
	default:
		break;
	}
	va_end(ap);
	if (most && somd_load(&ev) == SOM_OK && (made = SOMDTypeCode_new(&ev))) {
		SOMDTypeCode_make(made, &ev, kind, &names, &types, &labels, bound);
		if (ev.major != SOM_NO_EXCEPTION) som_release(made), made = NULL;
	}
	som_env_clear(&ev);
	return made;
}

static inline TCKind TypeCode_kind(TypeCode tc, som_env *ev) { return (TCKind)SOMDTypeCode_kind(tc, ev); }
/* Whether both are the same type, names and all. */
static inline uint8_t TypeCode_equal(TypeCode tc, som_env *ev, TypeCode other) { return SOMDTypeCode_equal(tc, ev, other); }
/* The parameters of a TypeCode, as CORBA 1.1 has them: of a structure its name, and of each member the name and TypeCode, and so on. The any is the caller's. */
static inline int32_t TypeCode_param_count(TypeCode tc, som_env *ev) { return SOMDTypeCode_param_count(tc, ev); }
static inline somd_any TypeCode_parameter(TypeCode tc, som_env *ev, int32_t n) {
	somd_any to = {NULL, NULL};
	SOMDTypeCode_parameter(tc, ev, n, &to);
	return to;
}
/* Octets of a value in C, and to how many it is aligned. */
static inline int32_t TypeCode_size(TypeCode tc, som_env *ev) { return (int32_t)SOMDTypeCode_size(tc, ev); }
static inline short TypeCode_alignment(TypeCode tc, som_env *ev) { return (short)SOMDTypeCode_alignment(tc, ev); }
/* A value lies as generated C has it, and not otherwise. */
static inline void TypeCode_setAlignment(TypeCode tc, som_env *ev, short alignment) {
	(void)tc, (void)alignment;
	som_raise_system(ev, "IDL:omg.org/CORBA/NO_IMPLEMENT:1.0", 0, SOM_COMPLETED_NO, "TypeCode_setAlignment: values lie as generated C has them");
}
/* Whether it is one of those that stay, which the TypeCode itself knows. */
static inline int somd_tc_stays(TypeCode tc) {
	som_env ev = {0, 0, 0, 0, NULL, NULL, NULL, NULL}; /* the caller's may have something else to tell */
	int stays = tc && SOMDTypeCode_stays(tc, &ev) && ev.major == SOM_NO_EXCEPTION;
	som_env_clear(&ev);
	return stays;
}
/* Those that stay are copied and freed as often as one likes. */
static inline TypeCode TypeCode_copy(TypeCode tc, som_env *ev) {
	(void)ev;
	return somd_tc_stays(tc) ? tc : som_retain(tc);
}
static inline void TypeCode_free(TypeCode tc, som_env *ev) {
	(void)ev;
	if (!somd_tc_stays(tc)) som_release(tc);
}
/* Writes the type, as somdTypeCode takes it, to where SOM's output goes. */
static inline void TypeCode_print(TypeCode tc, som_env *ev) {
	char *text = SOMDTypeCode_text(tc, ev);
	if (text) som_output(text, strlen(text));
	som_deallocate(text);
}

/* ---- any ---- */

/* Ends what the value of a type owns, which is all zero then; its place stays. */
static inline void SOMD_FreeType(som_env *ev, void *value, TypeCode tc) { SOMDTypeCode_ended(tc, ev, value); }
static inline void any_clear(somd_any *a, som_env *ev) {
	if (a->_type && a->_value) SOMDTypeCode_ended(a->_type, ev, a->_value);
	som_deallocate(a->_value);
	TypeCode_free(a->_type, ev);
	a->_type = NULL, a->_value = NULL;
}
/* An any with a copy of a value; all zero where it raises. The TypeCode stays the caller's. */
static inline somd_any any_of(som_env *ev, TypeCode tc, const void *value) {
	somd_any a = {NULL, NULL};
	if (!tc || !(a._value = SOMDTypeCode_copied(tc, ev, (void *)value))) return a;
	a._type = TypeCode_copy(tc, ev);
	return a;
}
static inline somd_any any_copy(const somd_any *from, som_env *ev) { return any_of(ev, from->_type, from->_value); }

/* ---- Requests ---- */

/* Flags of arguments. Lists keep no copies of arguments, nor memory for those that come: the last three raise. */
enum { ARG_IN = 1, ARG_OUT = 2, ARG_INOUT = 3, IN_COPY_VALUE = 256, OUT_LIST_MEMORY = 512, DEPENDENT_LIST = 1024 };
/* Of invoke, send and send_multiple_requests; of get_response and get_next_response; of contexts. */
enum { INV_NO_RESPONSE = 16, INV_TERM_ON_ERR = 64, RESP_NO_WAIT = 32, CTX_RESTRICT_SCOPE = 1, CTX_DELETE_DESCENDENTS = 2 };

/* A request for an operation of an object, wherever that is, in this process too; the caller's, ended by Request_destroy. The list and the places of its values have to last as long. In
 * arguments are read when the request is made. Out arguments are written to their places as they are, and are the program's; what an inout argument had before ends, so that it has to be memory of
 * som_allocate. The result goes where argument._value says, of the type argument._type; if that is NULL memory is made, and the any is the program's to clear. Without a type, or where result is
 * NULL, there is no result. With a context its properties are sent, and those of the contexts around it: give one where the operation has a context clause, and else NULL. Flags are 0.
 * User exceptions are known if the object's class declares them for the method; others are UNKNOWN. */
static inline ORBStatus SOMDObject_create_request(som_ref self, som_env *ev, som_ref ctx, const char *operation, som_ref arg_list, NamedValue *result, som_ref *request, Flags req_flags) {
	*request = somd_begun(ev) ? SOMDProcess_create_request(somd_client.process, ev, self, ctx, operation, arg_list, result, req_flags) : NULL;
	return 0;
}
/* A list with an item for each parameter that the object's class declares, in order, arg1, arg2, …, whose values NVList_set_item says; and in result the type of the result, TC_void for none. The
 * list and the result's TypeCode are the caller's. It raises BAD_OPERATION where the class declares no such method, as that of another ORB's object, of which nothing is known. */
static inline ORBStatus SOMDObject_create_request_args(som_ref self, som_env *ev, const char *operation, som_ref *arg_list, NamedValue *result) {
	*arg_list = somd_begun(ev) ? SOMDProcess_create_request_args(somd_client.process, ev, self, operation, result) : NULL;
	return 0;
}

/* Sends several requests; with INV_TERM_ON_ERR none behind one that cannot be sent. It raises what the first of those has raised. */
static inline ORBStatus send_multiple_requests(som_ref reqs[], som_env *ev, int32_t count, Flags invoke_flags) {
	for (int32_t i = 0; i < count; i++) {
		som_env own = {0, 0, 0, 0, NULL, NULL, NULL, NULL};
		Request_send(reqs[i], ev && ev->major == SOM_NO_EXCEPTION ? ev : &own, invoke_flags & ~(Flags)INV_TERM_ON_ERR);
		som_env_clear(&own);
		if (ev && ev->major != SOM_NO_EXCEPTION && invoke_flags & INV_TERM_ON_ERR) break;
	}
	return 0;
}
/* The next request whose response is there, of those that were sent and of which it has not been taken; it is taken, and raises what the request has raised. The request is the one that the program
 * has, with no other reference. With RESP_NO_WAIT, and none there, it is NULL, and the status SOMDERROR_NoMessages; with no request to wait for it raises BAD_INV_ORDER. */
static inline ORBStatus get_next_response(som_env *ev, Flags response_flags, som_ref *req) {
	*req = somd_begun(ev) ? SOMDProcess_next_response(somd_client.process, ev, response_flags) : NULL;
	if (!*req) return ev && ev->major != SOM_NO_EXCEPTION ? 0 : (ORBStatus)SOMDERROR_NoMessages;
	Request_get_response(*req, ev, 0);
	som_release(*req); /* the program has its own */
	return 0;
}

/* ---- Service contexts ---- */

/* What SOMOA_get_service_contexts returns is the place of such a list. */
typedef struct ServiceContext {
	uint32_t context_id;
	som_seq_octet context_data;
} ServiceContext;
typedef struct ServiceContextList {
	uint32_t _maximum, _length;
	ServiceContext *_buffer;
} ServiceContextList;
static inline void SOMD_FreeServiceContexts(ServiceContextList *list) {
	for (uint32_t i = 0; list && i < list->_length; i++) som_seq_octet_clear(&list->_buffer[i].context_data);
	if (list) som_deallocate(list->_buffer);
	som_deallocate(list);
}

#define Request_delete(request, ev) Request_destroy(request, ev)
#define Context_delete(ctx, ev, flags) Context_destroy(ctx, ev, flags)

#ifdef __cplusplus
}
#endif

#endif
