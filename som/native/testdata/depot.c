/* depot.c: the class library of Depot, whose metaclass puts a procedure in front of stock: it counts, and forbids what is
 * negative. Of Yard, which has another metaclass and what is derived of both. */
#include "som.h"

#include <string.h>

SOM_EXPORT int som_library_entry(uint32_t abi, som_env *ev);

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
	if (som_lookup((som_class *)cls, "Depot::stock", &f, NULL) == SOM_OK) som_class_front((som_class *)cls, f.token, (som_proc *)front, ev);
}

/* Methods of the metaclasses: of a class, how many it has of what, and the class itself. */
static int64_t watched(som_ref c, som_env *ev, int64_t n) { return (void)ev, n + (int64_t)som_class_describe((som_class *)c)->nintroduces; }
static char *label(som_ref c, som_env *ev) {
	const char *name = som_class_describe((som_class *)c)->name;
	char *s = som_allocate(strlen(name) + 1);
	return (void)ev, s ? strcpy(s, name) : NULL;
}
static char *guarded(som_ref c, som_env *ev) { return (void)c, (void)ev, som_allocate(1); }
static som_ref class_of(som_ref o, som_env *ev) { return (void)ev, som_retain((som_ref)som_class_of(o)); }
static uint8_t is(som_ref o, som_env *ev, som_ref c) { return (void)ev, c == (som_ref)som_class_of(o); }

/* What is found through a class and is no method: a function of its arguments alone, and a variable. */
static int32_t bare(int32_t n) { return n + 1; }
static int32_t total = 30;
static void *where(void) { return &total; }

static int yards(som_env *ev) {
	static const som_method loose[] = {{"bare", "/procedure noself noenv long(long)", (som_proc *)bare, NULL, SOM_PROCEDURE},
		{"total", "/data long", (som_proc *)where, NULL, SOM_PROCEDURE}};
	som_class_desc l = {.size_of = sizeof l, .name = "Loose", .introduces = loose, .nintroduces = 2, .method_size = sizeof *loose};
	static const char *const meta_parents[] = {"SOMClass"}, *const parents[] = {"Depot"};
	static const som_method guard[] = {{"guarded", "s:", (som_proc *)guarded, NULL, SOM_STATIC}};
	static const som_override over[] = {{"Watch::label", (som_proc *)guarded, NULL}};
	static const char *const watch[] = {"Watch"};
	som_class_desc m = {.size_of = sizeof m, .name = "Guard", .parents = meta_parents, .nparents = 1, .introduces = guard, .nintroduces = 1, .method_size = sizeof *guard};
	som_class_desc w = {.size_of = sizeof w, .name = "Mute", .parents = watch, .nparents = 1, .overrides = over, .noverrides = 1, .override_size = sizeof *over};
	som_class_desc d = {.size_of = sizeof d, .name = "Yard", .parents = parents, .nparents = 1, .metaclass = "Guard"};
	som_class_desc q = {.size_of = sizeof q, .name = "QuietDepot", .parents = parents, .nparents = 1, .metaclass = "Mute"};
	return som_class_define(&l, ev) && som_class_define(&m, ev) && som_class_define(&w, ev) && som_class_define(&d, ev) && som_class_define(&q, ev);
}

int som_library_entry(uint32_t abi, som_env *ev) {
	static const som_override news[] = {{"somClassReady", (som_proc *)ready, NULL}};
	static const char *const meta_parents[] = {"SOMClass"};
	static const som_method own[] = {
		{"stock", "l:l", (som_proc *)stock, NULL, SOM_STATIC}, {"counted", "l:", (som_proc *)counted, NULL, SOM_STATIC},
		{"classOf", "o:", (som_proc *)class_of, NULL, SOM_STATIC}, {"is", "b:o", (som_proc *)is, NULL, SOM_STATIC},
	};
	static const som_method of_class[] = {
		{"watched", "l:l", (som_proc *)watched, NULL, SOM_STATIC}, {"label", "s:", (som_proc *)label, NULL, SOM_STATIC},
	};
	som_class_desc m = {.size_of = sizeof m, .name = "Watch", .parents = meta_parents, .nparents = 1, .overrides = news, .noverrides = 1,
		.introduces = of_class, .nintroduces = sizeof of_class / sizeof *of_class, .method_size = sizeof *own, .override_size = sizeof *news};
	som_class_desc d = {.size_of = sizeof d, .name = "Depot", .metaclass = "Watch", .introduces = own, .nintroduces = sizeof own / sizeof *own,
		.method_size = sizeof *own};
	const som_binding b = {.size_of = sizeof b, .cls = "Depot"};
	if (abi != SOM_ABI || !som_class_define(&m, ev)) return SOM_E_LIBRARY;
	som_class *c = som_class_define(&d, ev);
	if (!c || som_class_bind(&b, &depot, ev) != SOM_OK) return SOM_E_LIBRARY;
	som_release((som_ref)c);
	return yards(ev) ? SOM_OK : SOM_E_LIBRARY;
}
