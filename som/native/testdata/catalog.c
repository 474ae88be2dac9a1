/* catalog.c: the class library of Catalog, a metaclass that makes an instance of each class when that is ready, and calls it; of Shape, whose
 * metaclass it is; of Quoted, a metaclass below it that first puts a procedure in front of sides; and of Maker, whose objects make classes and end them. */
#include "som.h"

#include <string.h>

SOM_EXPORT int som_library_entry(uint32_t abi, som_env *ev);

static struct { som_classdata c; } catalog;
static struct { som_classdata c; som_tok m[1]; } shape;
typedef struct part { som_ref prototype; int64_t sides; } part;

static part *part_of(som_ref c) { return som_data(c, catalog.c.data); }
static int64_t call_sides(som_ref o, som_env *ev) { return ((int64_t (*)(som_ref, som_env *))som_resolve(o, shape.m[0]))(o, ev); }

static void bound(som_ref c, som_env *ev, void *context) { /* as generated code does it */
	const som_binding b = {.size_of = sizeof b, .cls = "Catalog"};
	(void)context;
	if (som_class_bind(&b, &catalog.c, ev) == SOM_OK) som_release(c);
}

static void ready(som_ref c, som_env *ev) {
	static const char *const names[] = {"sides"};
	const som_binding b = {.size_of = sizeof b, .cls = "Shape", .methods = names, .nmethods = 1};
	som_release((som_ref)shape.c.cls);
	shape.c.cls = NULL;
	if (som_class_bind(&b, &shape.c, ev) != SOM_OK) return;
	som_ref o = part_of(c)->prototype = som_new((som_class *)c, ev);
	if (o) part_of(c)->sides = call_sides(o, ev);
}

static int64_t front(som_ref o, som_env *ev) { return 100 + ((int64_t (*)(som_ref, som_env *))som_class_proc(som_class_of(o), shape.m[0]))(o, ev); }

static void quoted_ready(som_ref c, som_env *ev) {
	som_class_front((som_class *)c, shape.m[0], (som_proc *)front, ev);
	if (ev->major == SOM_NO_EXCEPTION) ready(c, ev);
}

static int64_t sides(som_ref o, som_env *ev) { return (void)o, (void)ev, 3; }
static som_ref prototype(som_ref c, som_env *ev) { return (void)ev, som_retain(part_of(c)->prototype); }
static int64_t had(som_ref c, som_env *ev) { return (void)ev, part_of(c)->sides; }

static const char *text(som_ref o, som_env *ev) {
	const char *name = som_class_describe(som_class_of(o))->name;
	char *s = som_allocate(strlen(name) + 1);
	return (void)ev, s ? strcpy(s, name) : NULL;
}
static int64_t number(som_ref o, som_env *ev) { return (void)o, (void)ev, 42; }

/* An object of a new class of this name, whose tell is a number or a text. */
static som_ref make(som_ref self, som_env *ev, const char *name, int64_t numeric) {
	const som_method own[] = {{"tell", numeric ? "l:" : "s:", numeric ? (som_proc *)number : (som_proc *)text, NULL, SOM_STATIC}};
	const som_class_desc d = {.size_of = sizeof d, .name = name, .introduces = own, .nintroduces = 1, .method_size = sizeof *own};
	som_class *c = som_class_define(&d, ev);
	som_ref o = c ? som_new(c, ev) : NULL;
	som_release((som_ref)c);
	return (void)self, o;
}

/* An object of a new class below another. */
static som_ref below(som_ref self, som_env *ev, const char *name, const char *parent) {
	const som_class_desc d = {.size_of = sizeof d, .name = name, .parents = &parent, .nparents = 1};
	som_class *c = som_class_define(&d, ev);
	som_ref o = c ? som_new(c, ev) : NULL;
	som_release((som_ref)c);
	return (void)self, o;
}

static int64_t drop(som_ref self, som_env *ev, const char *name) {
	som_class *c = som_class_registered(name, ev);
	int code = c ? som_class_unload(c, NULL) : -1;
	if (code > 0) som_release((som_ref)c);
	return (void)self, code;
}

int som_library_entry(uint32_t abi, som_env *ev) {
	static const char *const class_parents[] = {"SOMClass"}, *const catalogs[] = {"Catalog"};
	static const som_override over[] = {{"somClassReady", (som_proc *)ready, NULL}}, quoted_over[] = {{"somClassReady", (som_proc *)quoted_ready, NULL}};
	static const som_method of_class[] = {{"prototype", "o:", (som_proc *)prototype, NULL, SOM_STATIC}, {"had", "l:", (som_proc *)had, NULL, SOM_STATIC}};
	static const som_method of_shape[] = {{"sides", "l:", (som_proc *)sides, NULL, SOM_STATIC}};
	static const som_method of_maker[] = {{"make", "o:sl", (som_proc *)make, NULL, SOM_STATIC}, {"drop", "l:s", (som_proc *)drop, NULL, SOM_STATIC},
		{"below", "o:ss", (som_proc *)below, NULL, SOM_STATIC}};
	const som_class_desc all[] = {
		{.name = "Catalog", .parents = class_parents, .nparents = 1, .overrides = over, .noverrides = 1, .introduces = of_class, .nintroduces = 2,
			.data_size = sizeof(part), .data_align = sizeof(int64_t), .known = bound},
		{.name = "Quoted", .parents = catalogs, .nparents = 1, .overrides = quoted_over, .noverrides = 1},
		{.name = "Shape", .metaclass = "Catalog", .introduces = of_shape, .nintroduces = 1},
		{.name = "Maker", .introduces = of_maker, .nintroduces = 3},
	};
	for (size_t n = 0; abi == SOM_ABI && n < sizeof all / sizeof *all; n++) {
		som_class_desc d = all[n];
		d.size_of = sizeof d;
		d.method_size = sizeof(som_method);
		d.override_size = sizeof(som_override);
		som_class *c = som_class_define(&d, ev);
		if (!c) return SOM_E_LIBRARY;
		som_release((som_ref)c);
	}
	return abi == SOM_ABI ? SOM_OK : SOM_E_VERSION;
}
