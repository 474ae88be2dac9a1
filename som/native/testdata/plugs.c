/* plugs.c: a class library whose entry makes classes, and tells Registry, a class in Go, of an object of each. */
#include "som.h"

#include <stdio.h>

SOM_EXPORT int som_library_entry(uint32_t abi, som_env *ev);

int som_library_entry(uint32_t abi, som_env *ev) {
	char name[32];
	for (int n = 0; abi == SOM_ABI && n < 300 && ev->major == SOM_NO_EXCEPTION; n++) {
		snprintf(name, sizeof name, "Plug%d", n);
		const som_class_desc d = {.size_of = sizeof d, .name = name};
		som_class *c = som_class_define(&d, ev), *r = som_class_named("Registry", ev);
		if (!c || !r) return SOM_E_LIBRARY;
		som_ref o = som_new(c, ev), to = som_new(r, ev);
		som_value a = {.o = o}, v;
		som_invoke(to, "note", &a, 1, &v, ev);
		som_release(to), som_release(o), som_release((som_ref)r), som_release((som_ref)c);
	}
	return ev->major == SOM_NO_EXCEPTION ? SOM_OK : SOM_E_RAISED;
}
