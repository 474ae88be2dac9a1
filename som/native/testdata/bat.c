/* bat.c: the class library of Bat, in C, whose parent Ape is in Go. */
#include "som.h"

SOM_EXPORT int som_library_entry(uint32_t abi, som_env *ev);

typedef int32_t climber(som_ref, som_env *, int32_t);
static som_class *bat;
static som_tok token;

static int32_t climb(som_ref o, som_env *ev, int32_t n) {
	climber *parent = (climber *)som_parent_proc(bat, 0, token, ev);
	return parent ? parent(o, ev, n) + 10 : 0;
}

int som_library_entry(uint32_t abi, som_env *ev) {
	static const char *const parents[] = {"Ape"};
	static const som_override over[] = {{"climb", (som_proc *)climb, NULL}};
	const som_class_desc d = {.size_of = sizeof d, .name = "Bat", .parents = parents, .nparents = 1, .overrides = over, .noverrides = 1, .override_size = sizeof *over};
	som_found f = {.size_of = sizeof f};
	if (abi != SOM_ABI) return SOM_E_VERSION;
	if (!(bat = som_class_define(&d, ev)) || som_lookup(bat, "climb", &f, ev) != SOM_OK) return (int)ev->code;
	token = f.token;
	return SOM_OK;
}
