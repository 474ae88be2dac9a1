/* animal.c: a class library of one class, written by hand. */
#include "som.h"

#include <string.h>

extern const unsigned char som_typelib_animal[];

typedef struct { char name[24]; int32_t spoken; } data;

static som_classdata bound; /* by the first object */

static data *of(som_ref o) {
	static const som_binding b = {.size_of = sizeof b, .cls = "Animal"};
	if (!som_bound(&bound)) som_class_bind(&b, &bound, NULL);
	return som_data(o, bound.data);
}

static const char *get_name(som_ref o, som_env *ev) { return (void)ev, *of(o)->name ? of(o)->name : NULL; }
static void set_name(som_ref o, som_env *ev, const char *name) {
	(void)ev;
	strncpy(of(o)->name, name ? name : "", sizeof of(o)->name - 1);
}
static int32_t speak(som_ref o, som_env *ev, int32_t times) { return (void)ev, of(o)->spoken += times; }

SOM_EXPORT int som_library_entry(uint32_t abi, som_env *ev);
int som_library_entry(uint32_t abi, som_env *ev) {
	const som_method own[] = {
		{"_get_name", "s:", (som_proc *)get_name, NULL, SOM_STATIC},
		{"_set_name", "v:s", (som_proc *)set_name, NULL, SOM_STATIC},
		{"speak", "i:i", (som_proc *)speak, NULL, SOM_STATIC},
	};
	som_class_desc d = {.size_of = sizeof d, .name = "Animal", .major = 1, .introduces = own, .nintroduces = 3, .method_size = sizeof *own,
		.data_size = sizeof(data), .data_align = 8, .typelib = som_typelib_animal};
	som_class *c = abi == SOM_ABI ? som_class_define(&d, ev) : NULL;
	som_release((som_ref)c);
	return c ? SOM_OK : SOM_E_LIBRARY;
}
