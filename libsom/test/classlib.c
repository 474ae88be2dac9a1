/* classlib.c: a class library of one class, made to measure: CLASS, and perhaps PARENT, MINOR, FAILS, JOINED, NO_ENTRY, GO. */
#include "som.h"

#ifdef GO
SOM_API int som_go_runtime; /* as class libraries written in Go have it */
int som_go_runtime;
#endif
#ifdef READY
#include <pthread.h>

/* A language that begins in a thread of its own, which needs the kernel meanwhile. */
static int begun;
static void *begin(void *unused) {
	som_class *c = som_class_named("SOMObject", NULL);
	som_release((som_ref)c);
	begun = c != NULL;
	return unused;
}
SOM_API void som_library_ready(void);
void som_library_ready(void) {
	pthread_t t;
	if (pthread_create(&t, NULL, begin, NULL) == 0) pthread_join(t, NULL);
}
#else
enum { begun = 1 };
#endif
#ifndef MINOR
#define MINOR 0
#endif

#ifndef NO_ENTRY
static int32_t legs(som_ref o, som_env *ev) { return (void)o, (void)ev, 4; }

SOM_API int som_library_entry(uint32_t abi, som_env *ev);
int som_library_entry(uint32_t abi, som_env *ev) {
	const som_method own[] = {{"legs", "i:", (som_proc *)legs, NULL, SOM_STATIC}};
	som_class_desc d = {.size_of = sizeof d, .name = CLASS, .major = 1, .minor = MINOR, .introduces = own, .nintroduces = 1, .method_size = sizeof *own};
#ifdef PARENT
	const char *parents[] = {PARENT};
	d.parents = parents;
	d.nparents = 1;
	d.nintroduces = 0;
#endif
	som_class *c = abi == SOM_ABI && begun ? som_class_define(&d, ev) : NULL;
#ifdef JOINED /* what the library keeps is a metaclass that is derived from two of its own */
	const char *root[] = {"SOMClass"}, *names[] = {"JoinedM", "JoinedN"};
	som_class *metas[2] = {0};
	for (int i = 0; i < 2; i++) {
		const som_class_desc m = {.size_of = sizeof m, .name = names[i], .parents = root, .nparents = 1};
		som_release((som_ref)(metas[i] = som_class_define(&m, ev)));
	}
	if (!som_class_join(metas, 2, ev)) return (int)ev->code;
#endif
#ifdef FAILS
	som_raise_user(ev, "IDL:test/Fails:1.0", NULL, NULL);
#endif
	som_release((som_ref)c);
	return c ? SOM_OK : (int)ev->code;
}
#endif
