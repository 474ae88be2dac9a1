/* classlib.c: a class library of one class, made to measure: CLASS, and perhaps PARENT, METACLASS, MINOR, FAILS, JOINED, NO_ENTRY, GO, LATER; of two, the SECOND
 * a subclass of the first, or of three, the THIRD one of the SECOND; of none (NOTHING); or one that has its class made before its entry runs (EARLY). */
#include "som.h"

#ifdef GO
SOM_EXPORT int som_go_runtime; /* as class libraries written in Go have it */
int som_go_runtime;
#endif
#ifdef EARLY
static int begun;
static int32_t five(som_ref o, som_env *ev) { return (void)o, (void)ev, 5; }
SOM_EXPORT som_library_ready_proc som_library_ready;
void som_library_ready(const char *file) {
	static const som_method legs[] = {{"legs", "i:", (som_proc *)five, NULL, SOM_STATIC}};
	const som_class_desc d = {.size_of = sizeof d, .name = CLASS, .major = 1, .introduces = legs, .nintroduces = 1, .method_size = sizeof *legs};
	som_class *c = som_class_define(&d, NULL);
	som_release((som_ref)c);
	begun = file && c != NULL;
}
#define NOTHING (begun ? SOM_OK : SOM_E_LIBRARY)
#elif defined(READY)
#include <pthread.h>

/* A language that begins in a thread of its own, which needs the kernel meanwhile. */
static int begun;
static void *begin(void *unused) {
	som_class *c = som_class_named("SOMObject", NULL);
	som_release((som_ref)c);
	begun = c != NULL;
	return unused;
}
SOM_EXPORT som_library_ready_proc som_library_ready;
void som_library_ready(const char *file) {
	pthread_t t;
	if (file && pthread_create(&t, NULL, begin, NULL) == 0) pthread_join(t, NULL);
}
#else
enum { begun = 1 };
#endif
#ifndef MINOR
#define MINOR 0
#endif

#ifdef NOTHING
SOM_EXPORT int som_library_entry(uint32_t abi, som_env *ev);
int som_library_entry(uint32_t abi, som_env *ev) { return (void)abi, (void)ev, NOTHING; }
#elif !defined(NO_ENTRY)
static int32_t legs(som_ref o, som_env *ev);
static const som_method own[] = {{"legs", "i:", (som_proc *)legs, NULL, SOM_STATIC}};

#ifdef LATER /* a class that is made when it is first needed; and one when it is too late, which the library's metaclass tells of */
#include <stdio.h>

static som_class *more(const char *name, som_env *ev) {
	const som_class_desc d = {.size_of = sizeof d, .name = name, .introduces = own, .nintroduces = 1, .method_size = sizeof *own};
	return som_class_define(&d, ev);
}
static void end(som_ref c, void *context) {
	som_env ev = {0};
	som_release((som_ref)more("TooLate", &ev));
	printf("%s: %s\n", som_class_describe((som_class *)c)->name, ev.text ? ev.text : "made");
	(void)context, som_env_clear(&ev);
}
static int before(som_class_desc *d, som_env *ev) {
	static const char *const root[] = {"SOMClass"};
	const som_class_desc m = {.size_of = sizeof m, .name = "LaterMeta", .parents = root, .nparents = 1, .fini = end};
	som_class *meta = som_class_define(&m, ev);
	som_release((som_ref)meta);
	d->metaclass = "LaterMeta";
	return meta != NULL;
}
static void at_first(som_env *ev) {
	som_class *c = som_class_registered("Later", NULL);
	som_release((som_ref)(c ? c : more("Later", ev)));
}
#else
static int before(som_class_desc *d, som_env *ev) { return (void)ev, d != NULL; }
static void at_first(som_env *ev) { (void)ev; }
#endif

static int32_t legs(som_ref o, som_env *ev) { return (void)o, at_first(ev), 4; }

SOM_EXPORT int som_library_entry(uint32_t abi, som_env *ev);
int som_library_entry(uint32_t abi, som_env *ev) {
	som_class_desc d = {.size_of = sizeof d, .name = CLASS, .major = 1, .minor = MINOR, .introduces = own, .nintroduces = 1, .method_size = sizeof *own};
#ifdef PARENT
	const char *parents[] = {PARENT};
	d.parents = parents;
	d.nparents = 1;
	d.nintroduces = 0;
#endif
#ifdef METACLASS
	d.metaclass = METACLASS;
#endif
	som_class *c = abi == SOM_ABI && begun && before(&d, ev) ? som_class_define(&d, ev) : NULL;
#ifdef SECOND
	const char *const first[] = {CLASS};
	const som_class_desc e = {.size_of = sizeof e, .name = SECOND, .major = 1, .parents = first, .nparents = 1};
	if (ev->major == SOM_NO_EXCEPTION) som_release((som_ref)som_class_define(&e, ev));
#endif
#ifdef THIRD
	const char *const second[] = {SECOND};
	const som_class_desc f = {.size_of = sizeof f, .name = THIRD, .major = 1, .parents = second, .nparents = 1};
	if (ev->major == SOM_NO_EXCEPTION) som_release((som_ref)som_class_define(&f, ev));
#endif
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
