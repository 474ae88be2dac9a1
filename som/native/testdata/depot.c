/* depot.c: the class library of Depot, whose metaclass puts a procedure in front of stock: it counts, and forbids what is
 * negative. */
#include "som.h"

SOM_API int som_library_entry(uint32_t abi, som_env *ev);

static som_classdata depot;
static int64_t seen;

static int64_t stock(som_ref o, som_env *ev, int64_t n) { return (void)o, (void)ev, n + 1; }
static int64_t counted(som_ref o, som_env *ev) { return (void)o, (void)ev, seen; }

static int64_t front(som_ref o, som_env *ev, int64_t n) {
	som_found f = {.size_of = sizeof f};
	++seen;
	if (n < 0) return som_raise_user(ev, "IDL:Depot/Vetoed:1.0", NULL, NULL), 0;
	if (som_lookup((*(som_class ***)o)[0], "Depot::stock", &f, ev) != SOM_OK) return 0;
	return ((int64_t(*)(som_ref, som_env *, int64_t))som_class_proc((*(som_class ***)o)[0], f.token))(o, ev, n);
}

static void ready(som_ref cls, som_env *ev) {
	som_found f = {.size_of = sizeof f};
	if (som_lookup((som_class *)cls, "Depot::stock", &f, ev) == SOM_OK) som_class_front((som_class *)cls, f.token, (som_proc *)front, ev);
}

int som_library_entry(uint32_t abi, som_env *ev) {
	static const som_override news[] = {{"somClassReady", (som_proc *)ready, NULL}};
	static const char *const meta_parents[] = {"SOMClass"};
	static const som_method own[] = {
		{"stock", "l:l", (som_proc *)stock, NULL, SOM_STATIC}, {"counted", "l:", (som_proc *)counted, NULL, SOM_STATIC},
	};
	som_class_desc m = {.size_of = sizeof m, .name = "Watch", .parents = meta_parents, .nparents = 1, .overrides = news, .noverrides = 1,
		.method_size = sizeof *own, .override_size = sizeof *news};
	som_class_desc d = {.size_of = sizeof d, .name = "Depot", .metaclass = "Watch", .introduces = own, .nintroduces = sizeof own / sizeof *own,
		.method_size = sizeof *own};
	const som_binding b = {.size_of = sizeof b, .cls = "Depot"};
	if (abi != SOM_ABI || !som_class_define(&m, ev)) return SOM_E_LIBRARY;
	som_class *c = som_class_define(&d, ev);
	if (!c || som_class_bind(&b, &depot, ev) != SOM_OK) return SOM_E_LIBRARY;
	som_release((som_ref)c);
	return SOM_OK;
}
