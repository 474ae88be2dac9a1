/* cost.c: operations in loops, between whose ends callgrind counts instructions. For each it writes two counts, of N and of 2 N
 * times, under the operation's name: the difference is what N cost, to the instruction. Memory comes from a list of this program's own. */
#include "check.h"

#include <valgrind/callgrind.h>

#define CHECK(ok) CHECK_IN(ev, ok)

enum { N = 1000 };

static void *freed;
static void *allocate(size_t n) {
	void *p = freed;
	if (!p || n > 64) return malloc(n < 64 ? 64 : n);
	memcpy(&freed, p, sizeof freed);
	return p;
}
static void deallocate(void *p) { /* the classes' own memory may come by, too: it is no smaller */
	memcpy(p, &freed, sizeof freed);
	freed = p;
}

static struct { som_classdata c; som_tok m[1]; } Animal, Dog;
static const som_name *speak_name;
static som_proc *parent_speak;
static som_ref dog;

static int64_t speak(som_ref o, som_env *ev, int64_t n) { return (void)o, (void)ev, n; }
static void init(som_ref o, som_env *ev, void *context) { (void)ev, (void)context, *(int64_t *)som_data(o, Animal.c.data) = 1; }
static void fini(som_ref o, void *context) { (void)context, *(int64_t *)som_data(o, Animal.c.data) = 0; }

typedef int64_t speak_proc(som_ref, som_env *, int64_t);
static int64_t volatile sink;

#define LOOP(name, ...) static __attribute__((noinline)) void name(int n, som_env *ev) { (void)ev; for (int i = 0; i < n; i++) { __asm__ volatile("" ::: "memory"); __VA_ARGS__; } }
LOOP(nothing, (void)0)
LOOP(offset, ((speak_proc *)som_resolve(dog, Dog.m[0]))(dog, ev, i))
LOOP(isa, sink = som_isa(dog, &Animal.c))
LOOP(data, sink = *(int64_t *)som_data(dog, Animal.c.data))
LOOP(name, ((speak_proc *)som_find(dog, speak_name, ev))(dog, ev, i))
LOOP(parent, ((speak_proc *)parent_speak)(dog, ev, i)) /* resolved once */
LOOP(parent_now, ((speak_proc *)som_parent_proc(Dog.c.cls, 0, Animal.m[0], ev))(dog, ev, i))
LOOP(casted, ((speak_proc *)som_class_proc(Animal.c.cls, Animal.m[0]))(dog, ev, i))
LOOP(next, ((speak_proc *)som_next_proc(Dog.c.cls, dog, Animal.m[0]))(dog, ev, i))
LOOP(count, som_release(som_retain(dog)))
LOOP(make, som_release(som_new(Dog.c.cls, ev)))

static void measure(const char *what, void (*loop)(int, som_env *), som_env *ev) {
	loop(2 * N, ev);
	for (int times = 1; times <= 2; times++) {
		CALLGRIND_ZERO_STATS;
		loop(times * N, ev);
		CALLGRIND_DUMP_STATS_AT(what);
	}
}

int main(void) {
	som_env e = {0}, *ev = &e;
	const som_hooks hooks = {.size_of = sizeof hooks, .allocate = allocate, .deallocate = deallocate};
	const char *animal[] = {"Animal"}, *only[] = {"speak"};
	const som_method own[] = {{"speak", "l:l", (som_proc *)speak, NULL, SOM_STATIC}};
	const som_override over[] = {{"speak", (som_proc *)speak, NULL}};
	const som_class_desc a = {.size_of = sizeof a, .name = "Animal", .introduces = own, .nintroduces = 1, .method_size = sizeof *own, .data_size = 8, .data_align = 8,
		.init = init, .fini = fini}, d = {.size_of = sizeof d, .name = "Dog", .parents = animal, .nparents = 1, .overrides = over, .noverrides = 1,
		.override_size = sizeof *over, .data_size = 8, .data_align = 8, .init = init, .fini = fini};
	CHECK(som_set_hooks(&hooks, ev) == SOM_OK && som_class_define(&a, ev) && som_class_define(&d, ev));
	const som_binding ba = {.size_of = sizeof ba, .cls = "Animal", .methods = only, .nmethods = 1}, bd = {.size_of = sizeof bd, .cls = "Dog", .methods = only, .nmethods = 1};
	CHECK(som_class_bind(&ba, &Animal.c, ev) == SOM_OK && som_class_bind(&bd, &Dog.c, ev) == SOM_OK);
	speak_name = som_name_of("speak", ev);
	parent_speak = som_parent_proc(Dog.c.cls, 0, Animal.m[0], ev);
	dog = som_new(Dog.c.cls, ev);
	CHECK(dog && parent_speak == (som_proc *)speak);
	static const struct { const char *what; void (*loop)(int, som_env *); } all[] = {{"the loop alone", nothing}, {"call by offset", offset}, {"is-a", isa},
		{"data", data}, {"call by name, remembered", name}, {"parent call, resolved before", parent}, {"parent call", parent_now}, {"casted call", casted},
		{"next call", next}, {"retain and release", count}, {"new and release", make}};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		measure(all[i].what, all[i].loop, ev);
	return 0;
}
