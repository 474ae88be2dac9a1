/* heavy.c: a class library whose classes have metaclasses of libsom's library: Heavy has one instance, Told tells of its calls, Both is below both. */
#include "som_meta.h"

#include <string.h>

SOM_EXPORT int som_library_entry(uint32_t abi, som_env *ev);

static char last[256]; /* what was told last */

static void told(const char *line, void *context) {
	(void)context;
	strncpy(last, line, sizeof last - 1);
}

static int64_t weight(som_ref o, som_env *ev, int64_t n) { return (void)o, (void)ev, n + 1; }
static char *heard(som_ref o, som_env *ev) {
	char *s = som_allocate(strlen(last) + 1);
	return (void)o, (void)ev, s ? strcpy(s, last) : NULL;
}

static som_class *made(const char *name, const char *const *parents, uint32_t n, const char *meta, const som_method *own, uint32_t nown, som_env *ev) {
	som_class_desc d = {.size_of = sizeof d, .name = name, .parents = parents, .nparents = n, .metaclass = meta, .introduces = own, .nintroduces = nown, .method_size = sizeof(som_method)};
	return som_class_define(&d, ev);
}

int som_library_entry(uint32_t abi, som_env *ev) {
	static const som_method weighs[] = {{"weight", "l:l", (som_proc *)weight, NULL, SOM_STATIC}, {"heard", "s:", (som_proc *)heard, NULL, SOM_STATIC}};
	static const char *const object[] = {"SOMObject"}, *const both[] = {"Heavy", "Told"};
	if (abi != SOM_ABI || som_meta_load(ev) != SOM_OK) return SOM_E_LIBRARY;
	som_class *t, *b;
	if (!made("Heavy", object, 1, "SOMMSingleInstance", weighs, 2, ev) || !(t = made("Told", object, 1, "SOMMTraced", NULL, 0, ev)) ||
		!(b = made("Both", both, 2, NULL, NULL, 0, ev)))
		return SOM_E_LIBRARY;
	return som_trace(t, told, NULL, ev) == SOM_OK && som_trace(b, told, NULL, ev) == SOM_OK ? SOM_OK : SOM_E_LIBRARY;
}
