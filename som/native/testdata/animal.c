/* animal.c: the class library of Animal, in C. Its methods have the signatures of numbers, texts, objects and fractions.
 * MAJOR, SPEAK and SPEAKS make other releases of it, with which nobody can go on. */
#include "som.h"

#include <string.h>

SOM_EXPORT int som_library_entry(uint32_t abi, som_env *ev);

#ifndef MAJOR
#define MAJOR 1
#endif
#ifndef SPEAK
#define SPEAK "speak"
#endif
#ifndef SPEAKS
#define SPEAKS "l:l"
#endif

static som_classdata animal;

static void *part(som_ref o) { return som_data(o, animal.data); }

static int64_t speak(som_ref o, som_env *ev, int64_t n) {
	(void)ev;
	++*(int64_t *)part(o);
	return n;
}
static int64_t spoken(som_ref o, som_env *ev) { return (void)ev, *(int64_t *)part(o); }
static char *name(som_ref o, som_env *ev) {
	(void)o, (void)ev;
	char *s = som_allocate(7);
	return s ? memcpy(s, "animal", 7) : NULL;
}
static const char *get_kind(som_ref o, som_env *ev) { return (void)o, (void)ev, "kind"; }
static char *called(som_ref o, som_env *ev, const char *by, int64_t how) {
	(void)o;
	if (how == -1) return NULL;
	if (how == -2) som_raise_user(ev, "IDL:Animal/Tired:1.0", NULL, NULL);
	char *s = how == -2 ? NULL : som_allocate(strlen(by) + 1);
	return s ? strcpy(s, by) : NULL;
}
static double weigh(som_ref o, som_env *ev, double by, int32_t times) { return (void)o, (void)ev, by * times; }
static uint8_t older(som_ref o, som_env *ev, int32_t than) { return (void)o, (void)ev, than < 0; }
static som_ref itself(som_ref o, som_env *ev, som_ref other) { return (void)ev, som_retain(other ? other : o); }
static void fail(som_ref o, som_env *ev, int32_t how) {
	(void)o;
	if (how == 0) som_raise_user(ev, "IDL:Animal/Tired:1.0", NULL, NULL);
	if (how == 1) som_raise_system(ev, "IDL:omg.org/CORBA/NO_RESOURCES:1.0", 7, SOM_COMPLETED_MAYBE, "no more food");
}

int som_library_entry(uint32_t abi, som_env *ev) {
	static const som_method own[] = {
		{SPEAK, SPEAKS, (som_proc *)speak, NULL, SOM_STATIC},     {"name", "s:", (som_proc *)name, NULL, SOM_STATIC},
		{"spoken", "l:", (som_proc *)spoken, NULL, SOM_STATIC},    {"_get_kind", "s:", (som_proc *)get_kind, NULL, SOM_STATIC},
		{"weigh", "d:di", (som_proc *)weigh, NULL, SOM_STATIC},    {"older", "b:i", (som_proc *)older, NULL, SOM_STATIC},
		{"itself", "o:o", (som_proc *)itself, NULL, SOM_STATIC},   {"fail", "v:i", (som_proc *)fail, NULL, SOM_STATIC},
		{"called", "s:sl", (som_proc *)called, NULL, SOM_STATIC},
		{"abstract", "l:", NULL, NULL, SOM_STATIC},                {"opaque", NULL, (som_proc *)spoken, NULL, SOM_STATIC},
	};
	som_class_desc d = {.size_of = sizeof d, .name = "Animal", .major = MAJOR, .minor = 2, .introduces = own, .nintroduces = sizeof own / sizeof *own,
		.method_size = sizeof *own, .data_size = 8, .data_align = 8};
	const som_binding b = {.size_of = sizeof b, .cls = "Animal"};
	som_class *c = abi == SOM_ABI ? som_class_define(&d, ev) : NULL;
	if (!c || som_class_bind(&b, &animal, ev) != SOM_OK) return SOM_E_LIBRARY;
	som_release((som_ref)c);
	return SOM_OK;
}
