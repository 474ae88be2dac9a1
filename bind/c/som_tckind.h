/* som_tckind.h: the kinds of types that TypeCodes and lists of arguments are of, as CORBA numbers them; SOM's own are behind. */
#ifndef SOM_TCKIND_H
#define SOM_TCKIND_H

typedef enum TCKind {
	tk_null, tk_void, tk_short, tk_long, tk_ushort, tk_ulong, tk_float, tk_double, tk_boolean, tk_char, tk_octet, tk_any, tk_TypeCode, tk_Principal, tk_objref,
	tk_struct, tk_union, tk_enum, tk_string, tk_sequence, tk_array, tk_alias, tk_except, tk_longlong, tk_ulonglong, tk_longdouble, tk_wchar, tk_wstring,
	tk_pointer = 1001, tk_self, tk_foreign /* of lists of arguments alone: they mean nothing outside of a process */
} TCKind;

#endif
