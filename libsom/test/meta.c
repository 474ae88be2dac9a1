/* meta.c: the library of metaclasses, as programs in C use it. Each argument is the name of a check; "ok" follows each on the output.
 * The package som/meta has the same tests in Go. */
#include "check.h"
#include "som_meta.h"

#include <pthread.h>
#include <stdarg.h>
#include <unistd.h>

#define CHECK(ok) CHECK_IN(ev, ok)

/* ---- What was seen ---- */

static char seen[4096];
static void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void note(const char *format, ...) {
	va_list ap;
	size_t n = strlen(seen);
	va_start(ap, format);
	if (n && n + 1 < sizeof seen) strcpy(seen + n++, " ");
	vsnprintf(seen + n, sizeof seen - n, format, ap);
	va_end(ap);
}
static int saw(const char *what) {
	int is = !strcmp(seen, what);
	if (!is) fprintf(stderr, "saw  %s\nwant %s\n", seen, what);
	*seen = 0;
	return is;
}
static const char *bare(const som_call *call) { return strrchr(call->method, ':') + 1; }

/* ---- Classes ---- */

static som_class *define(const char *name, const char *const *parents, uint32_t n, const char *meta, const som_override *o, uint32_t no, som_env *ev) {
	const som_class_desc d = {.size_of = sizeof d, .name = name, .parents = parents, .nparents = n, .metaclass = meta, .overrides = o, .noverrides = no, .override_size = sizeof *o};
	return som_class_define(&d, ev);
}
static som_class *under(const char *name, const char *parent, const char *meta, som_env *ev) { return define(name, &parent, 1, meta, NULL, 0, ev); }

static struct { som_classdata c; som_tok m[2]; } Animal;
typedef int64_t speak_proc(som_ref o, som_env *ev, int64_t n);
static int64_t speak_of_animals(som_ref o, som_env *ev, int64_t n) { return (void)o, (void)ev, n + 10; }
static const char *name_of_animals(som_ref o, som_env *ev) { return (void)o, (void)ev, "animal"; }
static int64_t speak(som_ref o, som_env *ev, int64_t n) { return ((speak_proc *)som_resolve(o, Animal.m[0]))(o, ev, n); }

/* Speaker's, a parent call away from Animal's. */
static int64_t speak_of_speakers(som_ref o, som_env *ev, int64_t n) {
	note("speak");
	return ((speak_proc *)som_parent_proc(som_class_registered("Speaker", NULL), 0, Animal.m[0], ev))(o, ev, n);
}
static const som_override speaks[] = {{"speak", (som_proc *)speak_of_speakers, NULL}};

static uint8_t before_outer(som_ref c, som_env *ev, som_call *call) { return (void)c, (void)ev, call->life ? (void)0 : note("outer<%s", bare(call)), 1; }
static void after_outer(som_ref c, som_env *ev, som_call *call) { (void)c, (void)ev, call->life ? (void)0 : note("%s>outer", bare(call)); }
static uint8_t before_inner(som_ref c, som_env *ev, som_call *call) {
	(void)c;
	if (call->life) return 1;
	note("inner<%s", bare(call));
	if (call->nargs != 1 || call->args[0].l != -1) return 1;
	som_raise_user(ev, "IDL:test/Veto:1.0", NULL, NULL);
	return 0;
}
static void after_inner(som_ref c, som_env *ev, som_call *call) { (void)c, (void)ev, call->life ? (void)0 : note("%s>inner", bare(call)); }
static void around(som_ref c, som_env *ev, som_call *call, som_rest *rest) {
	(void)c, (void)ev;
	if (!call->life) note("(");
	som_call_rest(rest);
	if (call->sig[0] == 'l') call->result->l = -call->result->l;
	if (!call->life) note(")");
}

static const som_override outer[] = {{"sommBeforeMethod", (som_proc *)before_outer, NULL}, {"sommAfterMethod", (som_proc *)after_outer, NULL}},
	inner[] = {{"sommBeforeMethod", (som_proc *)before_inner, NULL}, {"sommAfterMethod", (som_proc *)after_inner, NULL}}, arounds[] = {{"sommAroundMethod", (som_proc *)around, NULL}};

static void begin(som_env *ev) {
	CHECK(som_meta_load(ev) == SOM_OK && som_meta_load(ev) == SOM_OK);
	static const som_method own[] = {{"speak", "l:l", (som_proc *)speak_of_animals, NULL, SOM_STATIC}, {"name", "s:", (som_proc *)name_of_animals, NULL, SOM_STATIC}};
	const som_class_desc d = {.size_of = sizeof d, .name = "Animal", .introduces = own, .nintroduces = 2, .method_size = sizeof *own, .data_size = 8, .data_align = 8};
	static const char *const names[] = {"speak", "name"};
	const som_binding b = {.size_of = sizeof b, .cls = "Animal", .methods = names, .nmethods = 2};
	CHECK(som_class_define(&d, ev) && som_class_bind(&b, &Animal.c, ev) == SOM_OK);
	const char *base[] = {"SOMMBeforeAfter"}, *animal[] = {"Animal"};
	CHECK(define("Outer", base, 1, NULL, outer, 2, ev) && define("Inner", base, 1, NULL, inner, 2, ev) && define("Around", base, 1, NULL, arounds, 1, ev) != NULL);
	CHECK(define("Speaker", animal, 1, NULL, speaks, 1, ev) != NULL);
}

static int64_t says(som_class *c, int64_t n, som_env *ev) {
	som_ref o = som_new(c, ev);
	int64_t answer = o ? speak(o, ev, n) : -999;
	som_release(o);
	return answer;
}

/* The three ways to have two properties are one: a metaclass with both for parents, a class of which each parent has one, and a
 * metaclass that meets an inherited one. */
static void composes(som_env *ev) {
	const char *both[] = {"Outer", "Inner"}, *lr[] = {"L", "R"};
	som_class *of[] = {som_class_registered("Outer", ev), som_class_registered("Inner", ev), Animal.c.cls}, *joint = som_class_join(of, 2, ev);
	CHECK(define("Both", both, 2, NULL, NULL, 0, ev) && under("L", "Speaker", "Outer", ev) && under("R", "Speaker", "Inner", ev));
	CHECK(som_class_join(of, 1, ev) == of[0] && som_class_join(of, 3, ev) == NULL && refused(ev, SOM_E_METACLASS, "from 1 to 255"));
	som_class *all[] = {under("A", "Speaker", "Both", ev), define("B", lr, 2, NULL, NULL, 0, ev), under("C", "R", "Outer", ev),
		under("D", "Speaker", som_class_describe(joint)->name, ev)};
	CHECK(som_class_of(&all[1]->object) == joint && som_class_of(&all[2]->object) == joint);
	for (int i = 0; i < 4; i++)
		CHECK(says(all[i], 1, ev) == 11 && saw("outer<speak inner<speak speak speak>inner speak>outer"));
	const char *most[] = {"Outer", "Inner", "Around"};
	CHECK(define("Most", most, 3, NULL, NULL, 0, ev) != NULL);
	som_class *v = under("V", "Speaker", "Most", ev);
	CHECK(says(v, 1, ev) == -11 && saw("outer<speak inner<speak ( speak ) speak>inner speak>outer"));
	CHECK(says(v, -1, ev) == 0 && saw("outer<speak inner<speak speak>outer")); /* a veto stops what is further in */
	CHECK(ev->major == SOM_USER_EXCEPTION && !strcmp(ev->id, "IDL:test/Veto:1.0"));
	som_env_clear(ev);
	som_ref o = som_new(v, ev);
	CHECK(speak(o, NULL, -1) == 0 && saw("outer<speak inner<speak speak>outer")); /* by a caller who wants to know nothing */
	som_release(o);
}

/* A call is seen once, whichever way it comes; parent calls and what subclasses inherit are behind. */
static void once(som_env *ev) {
	som_class *c = under("O", "Speaker", "Outer", ev), *sub = under("OSub", "O", NULL, ev);
	som_ref o = som_new(c, ev);
	som_value one = {.l = 1}, v;
	CHECK(som_invoke(o, "speak", &one, 1, &v, ev) == SOM_OK && v.l == 11 && saw("outer<speak speak speak>outer"));
	CHECK(((speak_proc *)som_find(o, som_name_of("speak", ev), ev))(o, ev, 1) == 11 && saw("outer<speak speak speak>outer"));
	CHECK(says(sub, 1, ev) == 11 && saw("outer<speak speak speak>outer"));
	CHECK(som_parent_proc(sub, 0, Animal.m[0], ev) == (som_proc *)speak_of_speakers && som_class_proc(c, Animal.m[0]) == (som_proc *)speak_of_speakers);
	som_found f = {.size_of = sizeof f};
	CHECK(som_lookup(sub, "speak", &f, ev) == SOM_OK && !strcmp(som_class_describe(f.owner)->name, "Speaker") && f.proc != (som_proc *)speak_of_speakers);
	/* What is replaced is replaced behind; what an object is cast to is an ancestor's. */
	CHECK(som_class_replace(c, Animal.m[0], (som_proc *)speak_of_animals, ev) != NULL);
	CHECK(speak(o, ev, 3) == 13 && saw("outer<speak speak>outer"));
	CHECK(som_cast(o, Animal.c.cls, ev) == SOM_OK && speak(o, ev, 3) == 13 && saw(""));
	som_uncast(o);
	CHECK(speak(o, ev, 3) == 13 && saw("outer<speak speak>outer"));
	som_release(o);
	CHECK(som_class_unload(sub, ev) == SOM_OK && som_class_unload(c, ev) == SOM_OK); /* with their closures */
}

static int veto;
static uint8_t guard(som_ref c, som_env *ev, som_call *call) {
	(void)c, (void)ev;
	if (call->life) note(call->life == SOM_CALL_BEGINS ? "begins" : "ends");
	return !(veto && call->life == SOM_CALL_BEGINS);
}
static const som_override guards[] = {{"sommBeforeMethod", (som_proc *)guard, NULL}};

/* A property sees the beginning and the end of objects, copies too, and may refuse a beginning; of classes, if it is a metaclass's. */
static void life(som_env *ev) {
	const char *base[] = {"SOMMBeforeAfter"}, *classes[] = {"SOMClass"};
	CHECK(define("Guard", base, 1, NULL, guards, 1, ev) != NULL);
	som_class *c = under("G", "Speaker", "Guard", ev);
	som_ref o = som_new(c, ev), copy = som_copy(o, ev);
	CHECK(o && copy && som_assign(copy, o, ev) == SOM_OK);
	som_release(o);
	som_release(copy);
	CHECK(saw("begins begins ends ends") && som_class_instances(c) == 0);
	veto = 1;
	CHECK(som_new(c, ev) == NULL && refused(ev, SOM_E_RAISED, "Guard does not let an instance of class G begin") && som_class_instances(c) == 0);
	veto = 0;
	*seen = 0;
	CHECK(define("GuardedMeta", classes, 1, "Guard", NULL, 0, ev) && saw(""));
	som_class *g = under("Guarded", "Animal", "GuardedMeta", ev);
	CHECK(g && saw("begins") && says(g, 1, ev) == 11 && som_class_unload(g, ev) == SOM_OK && saw("ends"));
	veto = 1;
	CHECK(under("Guarded", "Animal", "GuardedMeta", ev) == NULL && refused(ev, SOM_E_RAISED, "Guard does not let"));
	veto = 0;
}

static void no_signature(som_env *ev) {
	static const som_method own[] = {{"secret", NULL, (som_proc *)name_of_animals, NULL, SOM_STATIC}};
	const som_class_desc d = {.size_of = sizeof d, .name = "Secret", .introduces = own, .nintroduces = 1, .method_size = sizeof *own, .metaclass = "Outer"};
	CHECK(som_class_define(&d, ev) == NULL && refused(ev, SOM_E_METHOD, "Secret::secret has no signature") && som_class_registered("Secret", NULL) == NULL);
	CHECK(som_class_front(som_object_class(), Animal.m[0], (som_proc *)note, ev) == SOM_E_METHOD && refused(ev, SOM_E_METHOD, "everybody's"));
	CHECK(som_class_front(Animal.c.cls, Animal.c.type, (som_proc *)note, ev) == SOM_E_UNKNOWN && refused(ev, SOM_E_UNKNOWN, "no method of this token"));
}

static void single(som_env *ev) {
	som_class *c = under("S", "Speaker", "SOMMSingleInstance", ev), *sub = under("SSub", "S", NULL, ev);
	som_ref o = som_new(c, ev), same = som_new(c, ev), other = som_new(sub, ev);
	CHECK(o && o == same && other && other != o && o->refs == 2);
	som_value v;
	CHECK(som_invoke((som_ref)c, "sommGetSingleInstance", NULL, 0, &v, ev) == SOM_OK && v.o == o && o->refs == 3);
	CHECK(som_invoke((som_ref)c, "sommFreeSingleInstance", NULL, 0, &v, ev) == SOM_OK && o->refs == 2);
	som_release(o);
	som_release(o);
	CHECK(som_class_instances(c) == 0);
	som_invoke((som_ref)c, "sommFreeSingleInstance", NULL, 0, &v, ev);
	CHECK(refused(ev, SOM_E_FREED, "S has no instance"));
	o = som_new(c, ev);
	CHECK(o && o->refs == 1);
	som_release(o);
	som_release(other);
	CHECK(som_class_unload(sub, ev) == SOM_OK && som_class_unload(c, ev) == SOM_OK);
}

static void told(const char *line, void *context) { (void)context, note("%s;", line); }

static void traced(som_env *ev) {
	som_class *c = under("T", "Animal", "SOMMTraced", ev);
	CHECK(says(c, 1, ev) == 11 && saw("")); /* silent until it is said where to */
	CHECK(som_trace(c, told, NULL, ev) == SOM_OK);
	som_ref o = som_new(c, ev);
	CHECK(saw("a T.SOMObject::somDefaultInit(); a T.SOMObject::somDefaultInit: ;"));
	CHECK(speak(o, ev, 1) == 11 && saw("a T.Animal::speak(1); a T.Animal::speak: 11;"));
	som_value v, off = {.b = 0};
	CHECK(som_invoke((som_ref)c, "_get_sommTraceIsOn", NULL, 0, &v, ev) == SOM_OK && v.b == 1);
	CHECK(som_invoke((som_ref)c, "_set_sommTraceIsOn", &off, 1, NULL, ev) == SOM_OK && speak(o, ev, 1) == 11 && saw(""));
	som_release(o);
	CHECK(som_trace(Animal.c.cls, told, NULL, ev) == SOM_E_TYPE && refused(ev, SOM_E_TYPE, "no SOMMTraced"));
}

static int32_t deaf(som_ref o, som_env *ev, const char *method, const som_value *args, uint32_t n, som_value *to) {
	return (void)o, (void)ev, (void)args, note("%s/%u", method, n), to->l = 5, SOM_OK;
}

static void proxies(som_env *ev) {
	som_class *target = under("PTarget", "Speaker", "SOMMSingleInstance", ev), *pc = som_proxy_class(target, "P", ev);
	CHECK(pc && !strcmp(som_class_describe(som_class_of(&pc->object))->name, "SOMMProxyFor"));
	som_ref p = som_new(pc, ev), to = som_new(target, ev);
	speak(p, ev, 1);
	CHECK(refused(ev, SOM_E_UNKNOWN, "no target for Animal::speak"));
	som_value v, one = {.l = 1}, t = {.o = to};
	CHECK(som_invoke(p, "_set_sommProxyTarget", &t, 1, NULL, ev) == SOM_OK && som_invoke(p, "_get_sommProxyTarget", NULL, 0, &v, ev) == SOM_OK && v.o == to);
	CHECK(speak(p, ev, 1) == 11 && saw("speak") && som_invoke(p, "speak", &one, 1, &v, ev) == SOM_OK && v.l == 11 && saw("speak"));
	CHECK(som_invoke(p, "somGetClassName", NULL, 0, &v, ev) == SOM_OK && !strcmp(v.s, "P"));
	CHECK(som_isa(p, &Animal.c) && som_is_a(p, target) && !som_is_a(to, pc));
	som_release(p);
	som_release(to);
	CHECK(som_class_unload(pc, ev) == SOM_OK);
	/* One's own proxies: a subclass that decides, and whose metaclass makes them. */
	const char *base[] = {"SOMMProxyForObject"};
	const som_override decides[] = {{"sommProxyDispatch", (som_proc *)deaf, NULL}};
	som_class *own = define("Deaf", base, 1, NULL, decides, 1, ev);
	som_value args[] = {{.o = (som_ref)Animal.c.cls}, {.s = "DeafAnimal"}};
	CHECK(som_invoke((som_ref)own, "sommMakeProxyClass", args, 2, &v, ev) == SOM_OK && v.o);
	CHECK(says((som_class *)v.o, 1, ev) == 5 && saw("Animal::speak/1"));
	args[0].o = NULL;
	som_invoke((som_ref)own, "sommMakeProxyClass", args, 2, &v, ev);
	CHECK(v.o == NULL && refused(ev, SOM_E_TYPE, "a class is asked for"));
}

static void instantiable(som_env *ev) {
	const char *classes[] = {"SOMClass"}, *final[] = {"Fi"};
	som_class *abstract = under("Ab", "Animal", "SOMMAbstract", ev), *nobody = under("No", "Animal", "SOMMNoninstantiable", ev), *fi = under("Fi", "Animal", "SOMMFinal", ev);
	CHECK(som_new(abstract, ev) == NULL && refused(ev, SOM_E_ABSTRACT, "Ab is abstract"));
	CHECK(says(under("AbSub", "Ab", NULL, ev), 1, ev) == 11);
	CHECK(som_new(under("AbSub2", "Ab", "SOMMAbstract", ev), ev) == NULL && refused(ev, SOM_E_ABSTRACT, "AbSub2 is abstract"));
	CHECK(som_new(nobody, ev) == NULL && refused(ev, SOM_E_ABSTRACT, "neither it nor its subclasses"));
	CHECK(som_new(under("NoSub", "No", NULL, ev), ev) == NULL && refused(ev, SOM_E_ABSTRACT, "NoSub"));
	som_class *other = define("Other", classes, 1, NULL, NULL, 0, ev);
	CHECK(says(fi, 1, ev) == 11 && define("FiSub", final, 1, "Other", NULL, 0, ev) == NULL && refused(ev, SOM_E_METACLASS, "Fi is final"));
	CHECK(som_class_registered("FiSub", NULL) == NULL && som_class_unload(other, ev) == SOM_OK); /* a refused class keeps nothing */
}

static int32_t dispatched(som_ref o, som_env *ev, const char *method, const som_value *args, uint32_t n, som_value *to) {
	note("%s", method);
	return som_dispatch(o, method, args, n, to, ev);
}

static void redispatched(som_env *ev) {
	const char *animal[] = {"Animal"};
	const som_override sees[] = {{"somDispatch", (som_proc *)dispatched, NULL}};
	som_ref o = som_new(define("Rd", animal, 1, "SOMMRedispatched", sees, 1, ev), ev);
	CHECK(speak(o, ev, 1) == 11 && saw("Animal::speak"));
	CHECK(!strcmp(((const char *(*)(som_ref, som_env *))som_resolve(o, Animal.m[1]))(o, ev), "animal") && saw("Animal::name"));
	som_release(o);
}

static int done; /* atomic */
static void *come_and_go(void *c) {
	som_env ev = {0};
	while (!__atomic_load_n(&done, __ATOMIC_RELAXED)) {
		som_ref o = som_new(c, &ev), p = som_new(c, &ev);
		som_release(o);
		som_release(p);
	}
	return NULL;
}

/* Who asks for the extent may come to hold the last reference to an object. */
static void churned(som_env *ev) {
	som_class *c = under("Ch", "Animal", "SOMMExtentManaged", ev);
	pthread_t t;
	som_ref some[2];
	alarm(100); /* who waits for ever is ended */
	CHECK(pthread_create(&t, NULL, come_and_go, c) == 0);
	for (int i = 0; i < 1000000; i++) { /* in half as many, it happens mostly */
		int64_t n = som_extent(c, some, i % 2, ev);
		CHECK(n >= 0 && n <= 4);
		if (n > 0 && i % 2) som_release(some[0]);
	}
	__atomic_store_n(&done, 1, __ATOMIC_RELAXED);
	pthread_join(t, NULL);
	CHECK(som_extent(c, NULL, 0, ev) == 0 && som_class_instances(c) == 0);
}

static void extents(som_env *ev) {
	som_class *c = under("E", "Animal", "SOMMExtentManaged", ev);
	som_ref all[4] = {som_new(c, ev), som_new(c, ev), som_new(c, ev)}, got[4] = {NULL};
	all[3] = som_copy(all[0], ev);
	som_release(all[1]);
	CHECK(som_extent(c, got, 2, ev) == 3 && got[0] && got[1] && !got[2]);
	som_release(got[0]);
	som_release(got[1]);
	CHECK(som_extent(c, got, 4, ev) == 3 && got[0]->refs == 2);
	for (int i = 0; i < 3; i++) {
		CHECK(got[i] == all[0] || got[i] == all[2] || got[i] == all[3]);
		som_release(got[i]);
		som_release(got[i]);
	}
	CHECK(som_extent(c, got, 4, ev) == 0 && som_extent(Animal.c.cls, got, 4, ev) == -1 && refused(ev, SOM_E_TYPE, "no SOMMExtentManaged"));
	som_ref o = som_new(under("Ts", "Animal", "SOMMTimeStamped", ev), ev);
	int64_t made = som_stamp(o, ev);
	CHECK(made > 0 && speak(o, ev, 1) == 11 && som_stamp(o, ev) >= made);
	som_release(o);
	o = som_new(Animal.c.cls, ev);
	CHECK(som_stamp(o, ev) == -1 && refused(ev, SOM_E_TYPE, "no SOMMTimeStamped"));
	som_release(o);
}

static struct { som_classdata c; som_tok m[1]; } Account;
static int32_t *balance(som_ref o) { return som_data(o, Account.c.data); }
static void withdraw(som_ref o, som_env *ev, int32_t n) { (void)ev, *balance(o) -= n; }
static void not_overdrawn(som_ref o, som_env *ev) {
	if (*balance(o) < 0) som_raise_user(ev, "IDL:test/Overdrawn:1.0", NULL, NULL);
}

static void invariants(som_env *ev) {
	const char *base[] = {"SOMMHasInvariant"}, *only[] = {"withdraw"};
	const som_method own[] = {{"withdraw", "v:i", (som_proc *)withdraw, NULL, SOM_STATIC}};
	const som_override over[] = {{"sommInvariant", (som_proc *)not_overdrawn, NULL}};
	const som_class_desc d = {.size_of = sizeof d, .name = "Account", .parents = base, .nparents = 1, .metaclass = "SOMMInvariantChecked", .introduces = own, .nintroduces = 1,
		.method_size = sizeof *own, .overrides = over, .noverrides = 1, .override_size = sizeof *over, .data_size = 4, .data_align = 4};
	const som_binding b = {.size_of = sizeof b, .cls = "Account", .methods = only, .nmethods = 1};
	CHECK(som_class_define(&d, ev) && som_class_bind(&b, &Account.c, ev) == SOM_OK);
	som_ref o = som_new(Account.c.cls, ev);
	const struct { int32_t n, left, fails; } steps[] = {{0, 0, 0}, {5, -5, 1}, {-10, -5, 1}};
	for (int i = 0; i < 3; i++) {
		((void (*)(som_ref, som_env *, int32_t))som_resolve(o, Account.m[0]))(o, ev, steps[i].n);
		CHECK((ev->major == SOM_USER_EXCEPTION) == steps[i].fails && *balance(o) == steps[i].left);
		som_env_clear(ev);
	}
	som_release(o);
	CHECK(som_class_instances(Account.c.cls) == 0);
}

/* n classes with p properties are n + p classes to write, however they are mixed; what the kernel adds is one joint for each mixture. */
enum { CLASSES = 40, PROPERTIES = 6 };
/* As many procedures as there are properties, since one says which it is. */
#define AFTER(p) static void after##p(som_ref c, som_env *ev, som_call *call) { (void)c, (void)ev, call->life ? (void)0 : note("Property" #p); }
AFTER(0) AFTER(1) AFTER(2) AFTER(3) AFTER(4) AFTER(5)
static int derived, written;
static int count(som_class *c, void *context) {
	const char *name = som_class_describe(c)->name;
	(void)context;
	derived += !strncmp(name, "SOMDerived(", 11);
	written += !strncmp(name, "Class", 5) || !strncmp(name, "Property", 8);
	return 0;
}
static void cost(som_env *ev) {
	static char names[PROPERTIES][24];
	const char *base[] = {"SOMMBeforeAfter"};
	som_proc *const afters[] = {(som_proc *)after0, (som_proc *)after1, (som_proc *)after2, (som_proc *)after3, (som_proc *)after4, (som_proc *)after5};
	int mixtures = 0;
	for (int p = 0; p < PROPERTIES; p++) {
		const som_override over[] = {{"sommAfterMethod", afters[p], NULL}};
		snprintf(names[p], sizeof names[p], "Property%d", p);
		CHECK(define(names[p], base, 1, NULL, over, 1, ev) != NULL);
	}
	for (int i = 0; i < CLASSES; i++) { /* with the properties that the bits of i say */
		char name[24], want[PROPERTIES * sizeof names[0]] = "";
		som_class *mine[PROPERTIES];
		uint32_t n = 0;
		for (int p = 0; p < PROPERTIES; p++) {
			if (!(i >> p & 1)) continue;
			mine[n++] = som_class_registered(names[p], ev);
			const size_t len = strlen(names[p]); /* the innermost is the last, and ends first */
			memmove(want + len + 1, want, strlen(want) + 1);
			memcpy(want, names[p], len);
			want[len] = ' ';
		}
		if (n) want[strlen(want) - 1] = 0;
		som_class *joint = n ? som_class_join(mine, n, ev) : NULL;
		snprintf(name, sizeof name, "Class%d", i);
		som_class *c = under(name, "Animal", joint ? som_class_describe(joint)->name : NULL, ev);
		mixtures += n > 1;
		CHECK(c && says(c, 1, ev) == 11 && saw(want));
	}
	som_classes(count, NULL);
	CHECK(written == CLASSES + PROPERTIES && derived == mixtures);
}

int main(int argc, char **argv) {
	static const struct { const char *name; void (*run)(som_env *ev); } all[] = {{"composes", composes}, {"once", once}, {"life", life}, {"no-signature", no_signature},
		{"single", single}, {"traced", traced}, {"proxies", proxies}, {"instantiable", instantiable}, {"redispatched", redispatched}, {"extents", extents}, {"churned", churned},
		{"invariants", invariants}, {"cost", cost}};
	som_env ev = {0};
	begin(&ev);
	for (int i = 1; i < argc; i++)
		for (size_t c = 0; c < sizeof all / sizeof *all; c++)
			if (!strcmp(argv[i], all[c].name)) {
				all[c].run(&ev);
				check_at(__FILE__, __LINE__, ev.major == SOM_NO_EXCEPTION, "an exception is left", &ev);
				puts("ok");
				return 0;
			}
	return 2;
}
