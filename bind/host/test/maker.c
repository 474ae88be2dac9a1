/* maker.c: for tests of bindings: who knows a class by its name alone. */
#include "maker.h"
#include <malloc.h>
#include <string.h>

/* Makes an object of a class, calls its Zoo::Animal::speak, and gives it back. */
int64_t speak_once(const char *name, int64_t n, som_env *ev) {
	som_class *c = som_class_named(name, ev);
	som_ref o = c ? som_new(c, ev) : NULL;
	som_found f = {.size_of = sizeof f};
	if (o && som_lookup(c, "speak", &f, ev) == SOM_OK) n = ((int64_t(*)(som_ref, som_env *, int64_t))som_resolve(o, f.token))(o, ev, n);
	som_release(o);
	som_release((som_ref)(void *)c);
	return n;
}

/* A class below another whose objects show themselves, or another, to a watcher's Zoo::Animal::friend_of when they begin, and are then undone if they are told to be. */
static som_ref watcher, shown;
static int undoes;

static void show(som_ref self, som_env *ev, void *context) {
	som_found f = {.size_of = sizeof f};
	(void)context;
	if (!watcher || som_lookup(som_class_of(watcher), "friend_of", &f, ev) != SOM_OK) return;
	som_release(((som_ref(*)(som_ref, som_env *, som_ref))som_resolve(watcher, f.token))(watcher, ev, shown ? shown : self));
	if (undoes && !ev->major) som_raise_system(ev, "IDL:omg.org/CORBA/INITIALIZE:1.0", 0, SOM_COMPLETED_NO, "it is undone");
}

int define_showing(const char *name, const char *parent) {
	som_class_desc d = {.size_of = sizeof d, .name = name, .parents = &parent, .nparents = 1, .init = show};
	return som_class_define(&d, NULL) != NULL;
}

void watch_showing(void *by, int undo, void *instead) { watcher = by, undoes = undo, shown = instead; }

/* A class below another, with a metaclass of its own whose somNew makes two objects, keeps the first and answers the second. */
static som_ref first;

static som_ref make_two(som_ref c, som_env *ev) {
	som_found f = {.size_of = sizeof f};
	som_lookup(som_class_class(), "somNew", &f, ev);
	som_ref (*make)(som_ref, som_env *) = (som_ref(*)(som_ref, som_env *))som_class_proc(som_class_class(), f.token);
	som_release(first);
	first = make(c, ev);
	return first ? make(c, ev) : NULL;
}

int define_twofold(const char *name, const char *metaclass, const char *parent) {
	const char *above = "SOMClass";
	const som_override overrides[] = {{"somNew", (som_proc *)make_two, NULL}};
	som_class_desc meta = {.size_of = sizeof meta, .name = metaclass, .parents = &above, .nparents = 1, .overrides = overrides, .noverrides = 1, .override_size = sizeof *overrides};
	som_class_desc d = {.size_of = sizeof d, .name = name, .metaclass = metaclass, .parents = &parent, .nparents = 1};
	return som_class_define(&meta, NULL) && som_class_define(&d, NULL);
}

void drop_first(void) {
	som_ref o = first;
	first = NULL;
	som_release(o);
}

/* A class below one that has Zoo::Echo's kept_text, whose objects borrow that text as they begin, or are told to, and look at it in their destructors. */
static char text[100];
static som_tok kept_text;
static som_classdata borrowing;

static void borrow(som_ref self, som_env *ev, void *context) {
	som_found f = {.size_of = sizeof f};
	(void)context;
	if (!kept_text && som_lookup(som_class_of(self), "kept_text", &f, ev) == SOM_OK) kept_text = f.token;
	if (kept_text) *(const char **)som_data(self, borrowing.data) = ((const char *(*)(som_ref, som_env *))som_resolve(self, kept_text))(self, ev);
}

static void look(som_ref self, void *context) {
	const char *is = *(const char **)som_data(self, borrowing.data);
	(void)context;
	*text = 0;
	if (is) strncat(text, is, sizeof text - 1);
}

int define_borrowing(const char *name, const char *parent) {
	som_class_desc d = {.size_of = sizeof d, .name = name, .parents = &parent, .nparents = 1, .init = borrow, .fini = look, .data_size = sizeof(void *), .data_align = sizeof(void *)};
	som_binding b = {.size_of = sizeof b, .cls = name};
	return som_class_define(&d, NULL) && som_class_bind(&b, &borrowing, NULL) == SOM_OK;
}

void borrow_now(void *from) { borrow(from, NULL, NULL); }
const char *borrowed(void) { return text; }

/* Octets of the heap that have not been given back; with a checker's allocator always as many. */
long in_use(void) { return (long)mallinfo2().uordblks; }
