/* dog.c: a class library that is built on another, written by hand. */
#include "som.h"

extern const unsigned char som_typelib_dog[];

static double weigh(som_ref o, som_env *ev, double pounds, uint32_t *mood) {
	(void)o, (void)ev;
	*mood = pounds < 30;
	return pounds * 0.5;
}

static void meet(som_ref o, som_env *ev, som_ref other) {
	(void)o;
	if (!other) som_raise_user(ev, "IDL:Dog/Alone:1.0", NULL, NULL);
}

static int32_t speak(som_ref o, som_env *ev, int32_t times) { return (void)o, (void)ev, -times; }

SOM_EXPORT int som_library_entry(uint32_t abi, som_env *ev);
int som_library_entry(uint32_t abi, som_env *ev) {
	static const char *const parents[] = {"Animal"};
	const som_method own[] = {
		{"weigh", "d:dp", (som_proc *)weigh, NULL, SOM_STATIC},
		{"meet", "v:o", (som_proc *)meet, NULL, SOM_STATIC},
	};
	const som_override over[] = {{"speak", (som_proc *)speak, "i:i"}};
	som_class_desc d = {.size_of = sizeof d, .name = "Dog", .major = 1, .minor = 2, .parents = parents, .nparents = 1, .introduces = own, .nintroduces = 2,
		.method_size = sizeof *own, .overrides = over, .noverrides = 1, .override_size = sizeof *over, .typelib = som_typelib_dog};
	som_class *c = abi == SOM_ABI ? som_class_define(&d, ev) : NULL;
	som_release((som_ref)c);
	return c ? SOM_OK : SOM_E_LIBRARY;
}
