/* plain.c: a C program that uses a class library in C++ and has a subclass of a class in it, by som.h alone; it says what it gets. */
#include "som.h"

#include <stdio.h>
#include <string.h>

typedef int64_t speak_proc(som_ref, som_env *, int64_t);

static struct { som_classdata c; som_tok m[4]; } Animal;

static int64_t cow_speak(som_ref o, som_env *ev, int64_t n) {
	som_class *mine = som_class_registered("Cow", ev);
	som_proc *up = som_parent_proc(mine, 0, Animal.m[0], ev);
	som_release(&mine->object);
	return up ? ((speak_proc *)up)(o, ev, n) + 100 : 0;
}

static int say(const char *what, som_env *ev) {
	printf("%s: %s %s\n", what, ev->id ? ev->id : "?", ev->text ? ev->text : "");
	som_env_clear(ev);
	return 1;
}

int main(int argc, char **argv) {
	static const char *const methods[] = {"speak", "_get_name", "_set_name", "friend_of"};
	static const som_binding b = {sizeof b, 4, "Zoo::Animal", 1, 1, methods};
	som_env ev = {0};
	if (som_library_load(argc > 1 ? argv[1] : "libzoo.so", &ev) != SOM_OK) return say("load", &ev);
	if (som_class_bind(&b, &Animal.c, &ev) != SOM_OK) return say("bind", &ev);

	static const char *const parents[] = {"Zoo::Dog"};
	const som_override over[] = {{"Zoo::Animal::speak", (som_proc *)cow_speak}};
	som_class_desc d = {.size_of = sizeof d, .name = "Cow", .parents = parents, .nparents = 1, .overrides = over, .noverrides = 1, .override_size = sizeof *over};
	som_class *cow = som_class_define(&d, &ev);
	if (!cow) return say("define", &ev);
	som_ref o = som_new(cow, &ev);
	if (!o) return say("new", &ev);

	((void (*)(som_ref, som_env *, const char *))som_resolve(o, Animal.m[2]))(o, &ev, "Elsie");
	printf("name %s\n", ((const char *(*)(som_ref, som_env *))som_resolve(o, Animal.m[1]))(o, &ev));
	printf("speak %lld\n", (long long)((speak_proc *)som_resolve(o, Animal.m[0]))(o, &ev, 5));
	((speak_proc *)som_resolve(o, Animal.m[0]))(o, &ev, 1002);
	if (ev.major != SOM_USER_EXCEPTION) return say("no exception", &ev);
	const struct { int16_t volume; char *why; } *loud = ev.value;
	printf("raised %s: %d, %s\n", ev.id, loud->volume, loud->why);
	som_env_clear(&ev);
	som_ref friend = ((som_ref(*)(som_ref, som_env *, som_ref))som_resolve(o, Animal.m[3]))(o, &ev, NULL);
	printf("friend %d, references %u\n", friend == o, (unsigned)o->refs);
	som_release(friend);
	som_release(o);
	printf("left %llu\n", (unsigned long long)som_class_instances(cow));
	som_class_unbind(&Animal.c);
	int code = som_class_unload(cow, &ev);
	if (code != SOM_OK) return say("unload Cow", &ev);
	som_class *zoo = som_class_named("Zoo::Puppy", &ev);
	if (som_class_unload(zoo, &ev) != SOM_OK) return say("unload the library", &ev);
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[4096];
	int there = 0;
	while (maps && fgets(line, sizeof line, maps))
		there |= strstr(line, "libzoo") != NULL;
	if (maps) fclose(maps);
	printf("unloaded%s\n", there ? ", but it is still there" : "");
	return 0;
}
