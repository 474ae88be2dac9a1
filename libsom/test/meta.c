/* meta.c: the library of metaclasses, as programs in C use it. Each argument is the name of a check; "ok" follows each on the output.
 * The package som/meta has the same tests in Go. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "places.h"
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

/* A veto without an exception is a result of zeros, whatever a property further out, or the one that vetoes, has made of it before. */
static uint8_t guess(som_ref c, som_env *ev, som_call *call) { return (void)c, (void)ev, call->life ? 0 : (call->result->l = 77), 1; }
static uint8_t guess_in_vain(som_ref c, som_env *ev, som_call *call) { return (void)c, (void)ev, call->life ? 0 : (call->result->l = 78), call->life != 0; }
static void guesses(som_env *ev) {
	const char *base[] = {"SOMMBeforeAfter"}, *both[] = {"Guesser", "Refuser"};
	const som_override guesser[] = {{"sommBeforeMethod", (som_proc *)guess, NULL}}, refuser[] = {{"sommBeforeMethod", (som_proc *)guess_in_vain, NULL}};
	CHECK(define("Guesser", base, 1, NULL, guesser, 1, ev) && define("Refuser", base, 1, NULL, refuser, 1, ev) && define("Guessers", both, 2, NULL, NULL, 0, ev));
	CHECK(says(under("VR", "Animal", "Guessers", ev), 1, ev) == 0);
}

static void no_signature(som_env *ev) {
	static const som_method own[] = {{"secret", NULL, (som_proc *)name_of_animals, NULL, SOM_STATIC}};
	const som_class_desc d = {.size_of = sizeof d, .name = "Secret", .introduces = own, .nintroduces = 1, .method_size = sizeof *own, .metaclass = "Outer"};
	CHECK(som_class_define(&d, ev) == NULL && refused(ev, SOM_E_METHOD, "Secret::secret has no signature") && som_class_registered("Secret", NULL) == NULL);
	CHECK(som_class_front(som_object_class(), Animal.m[0], (som_proc *)note, ev) == SOM_E_METHOD && refused(ev, SOM_E_METHOD, "everybody's"));
	CHECK(som_class_front(Animal.c.cls, Animal.c.type, (som_proc *)note, ev) == SOM_E_UNKNOWN && refused(ev, SOM_E_UNKNOWN, "no method of this token"));
}

/* A method without arguments, as a program calls it that knows its signature: there need be no libffi. */
static som_ref ask(som_ref o, const char *method, som_env *ev) {
	som_proc *proc = som_find(o, som_name_of(method, ev), ev);
	CHECK(proc != NULL);
	return ((som_ref (*)(som_ref, som_env *))proc)(o, ev);
}
static void tell(som_ref o, const char *method, som_env *ev) {
	som_proc *proc = som_find(o, som_name_of(method, ev), ev);
	CHECK(proc != NULL);
	((void (*)(som_ref, som_env *))proc)(o, ev);
}

static void single(som_env *ev) {
	som_class *c = under("S", "Speaker", "SOMMSingleInstance", ev), *sub = under("SSub", "S", NULL, ev);
	som_ref o = som_new(c, ev), same = som_new(c, ev), other = som_new(sub, ev);
	CHECK(o && o == same && other && other != o && o->refs == 2);
	CHECK(ask((som_ref)c, "sommGetSingleInstance", ev) == o && o->refs == 3);
	tell((som_ref)c, "sommFreeSingleInstance", ev);
	CHECK(ev->major == SOM_NO_EXCEPTION && o->refs == 2);
	som_release(o);
	som_release(o);
	CHECK(som_class_instances(c) == 0);
	tell((som_ref)c, "sommFreeSingleInstance", ev);
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

/* Puts something in front of speak by itself. */
static som_tok ready_token;
static som_proc *before_fronted;
static som_class *fronted_by_hand;
static int64_t in_front(som_ref o, som_env *ev, int64_t n) { return note("fronted"), ((speak_proc *)before_fronted)(o, ev, n); }
static void front_speak(som_ref c, som_env *ev) {
	som_proc *next = som_next_proc(fronted_by_hand, c, ready_token);
	som_found f = {.size_of = sizeof f};
	((void (*)(som_ref, som_env *))next)(c, ev);
	CHECK(som_lookup((som_class *)c, "Animal::speak", &f, ev) == SOM_OK && (before_fronted = f.proc) != NULL);
	CHECK(som_class_front((som_class *)c, Animal.m[0], (som_proc *)in_front, ev) == SOM_OK);
}
static const som_override fronts_speak[] = {{"somClassReady", (som_proc *)front_speak, NULL}};

/* What stands in front is in the order of the metaclass, and a call that somDispatch brings back goes on further in. */
static void fronts(som_env *ev) {
	const char *classes[] = {"SOMClass"}, *speaker[] = {"Speaker"};
	som_found f = {.size_of = sizeof f};
	CHECK(som_lookup(som_class_class(), "somClassReady", &f, ev) == SOM_OK);
	ready_token = f.token;
	CHECK((fronted_by_hand = define("Fronted", classes, 1, NULL, fronts_speak, 1, ev)) != NULL);
	static const struct { const char *name, *of[3], *want, *invoked; } all[] = {
		{"OutRdIn", {"Outer", "SOMMRedispatched", "Inner"}, "outer<speak Animal::speak inner<speak speak speak>inner speak>outer",
			"speak outer<speak inner<speak speak speak>inner speak>outer"},
		{"RdOut", {"SOMMRedispatched", "Outer", NULL}, "Animal::speak outer<speak speak speak>outer", "speak outer<speak speak speak>outer"},
		{"OutRd", {"Outer", "SOMMRedispatched", NULL}, "outer<speak Animal::speak speak speak>outer", "speak outer<speak speak speak>outer"},
		{"FrontOut", {"Fronted", "Outer", NULL}, "fronted outer<speak speak speak>outer", "speak fronted outer<speak speak speak>outer"},
		{"OutFront", {"Outer", "Fronted", NULL}, "outer<speak fronted speak speak>outer", "speak outer<speak fronted speak speak>outer"},
		{"FrontRd", {"Fronted", "SOMMRedispatched", "Inner"}, "fronted Animal::speak fronted inner<speak speak speak>inner", /* it is no layer: it sees the call come back */
			"speak fronted inner<speak speak speak>inner"},
	};
	const som_override sees[] = {{"somDispatch", (som_proc *)dispatched, NULL}};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		som_class *of[3];
		uint32_t n = 0;
		for (; n < 3 && all[i].of[n]; n++)
			of[n] = som_class_registered(all[i].of[n], ev);
		som_class *joint = som_class_join(of, n, ev);
		som_class *c = define(all[i].name, speaker, 1, som_class_describe(joint)->name, sees, 1, ev);
		CHECK(says(c, 1, ev) == 11 && saw(all[i].want));
		som_ref o = som_new(c, ev);
		som_value one = {.l = 1}, v;
		CHECK(som_invoke(o, "speak", &one, 1, &v, ev) == SOM_OK && v.l == 11 && saw(all[i].invoked)); /* dispatched already */
		som_release(o);
	}
}

/* What somDispatch of a mirror calls is another's. */
static som_ref mirrored;
static int32_t mirror(som_ref o, som_env *ev, const char *method, const som_value *args, uint32_t n, som_value *to) {
	som_ref next = mirrored;
	note("%s", som_class_describe(som_class_of(o))->name);
	mirrored = NULL;
	if (next) speak(next, ev, args[0].l);
	return som_dispatch(o, method, args, n, to, ev);
}
static void mirrors(som_env *ev) {
	const char *animal[] = {"Animal"};
	const som_override sees[] = {{"somDispatch", (som_proc *)mirror, NULL}};
	som_class *c = define("M1", animal, 1, "SOMMRedispatched", sees, 1, ev), *d = define("M2", animal, 1, "SOMMRedispatched", sees, 1, ev);
	som_ref o = som_new(c, ev);
	mirrored = som_new(d, ev);
	CHECK(speak(o, ev, 1) == 11 && saw("M1 M2"));
	som_release(o);
}

static som_class *beginning;
static int fails;
static void begin_busy(som_ref o, som_env *ev, void *context) {
	som_env own = {0};
	(void)o, (void)context;
	if (!beginning) return;
	som_class *c = beginning;
	beginning = NULL;
	check_at(__FILE__, __LINE__, som_new(c, &own) == NULL && refused(&own, SOM_E_BUSY, "is being initialised"), "one that begins is given away", ev);
	if (fails) som_raise_user(ev, "IDL:test/Fails:1.0", NULL, NULL);
}

/* Begun by an initializer with arguments, as generated code does it. */
static som_ref begun(som_class *c, som_env *ev) {
	som_making *m = som_begin(c, ev);
	return m ? som_end(m, ev) : NULL;
}

/* An initializer with arguments asks the metaclass and what stands in front, too; so do objects in memory of the caller's. */
static void ways(som_env *ev) {
	static _Alignas(64) char memory[256];
	static const char *const renews[] = {"somRenew", "somRenewNoInit", "somRenewNoZero", "somRenewNoInitNoZero"};
	som_class *abstract = under("WAb", "Animal", "SOMMAbstract", ev), *none = under("WNo", "Animal", "SOMMNoninstantiable", ev);
	CHECK(!begun(abstract, ev) && refused(ev, SOM_E_ABSTRACT, "WAb is abstract") && !begun(none, ev) && refused(ev, SOM_E_ABSTRACT, "WNo"));
	som_class *sub = under("WAbSub", "WAb", NULL, ev), *one = under("WS", "Animal", "SOMMSingleInstance", ev);
	som_ref o = begun(sub, ev);
	CHECK(o && som_class_of(o) == sub);
	som_release(o);
	for (int i = 0; i < 4; i++) {
		som_value at = {.p = memory}, v = {.o = NULL};
		som_invoke((som_ref)abstract, renews[i], &at, 1, &v, ev);
		CHECK(!v.o && refused(ev, SOM_E_ABSTRACT, "WAb is abstract"));
		som_invoke((som_ref)none, renews[i], &at, 1, &v, ev);
		CHECK(!v.o && refused(ev, SOM_E_ABSTRACT, "WNo"));
		som_invoke((som_ref)one, renews[i], &at, 1, &v, ev);
		CHECK(!v.o && refused(ev, SOM_E_METACLASS, "memory of its own"));
		CHECK(som_invoke((som_ref)sub, renews[i], &at, 1, &v, ev) == SOM_OK && v.o == (som_ref)(void *)memory);
		som_release(v.o);
	}
	CHECK((o = begun(one, ev)) && !begun(one, ev) && refused(ev, SOM_E_BUSY, "cannot make another") && som_new(one, ev) == o && o->refs == 2);
	som_release(o);
	som_release(o);
	CHECK(som_class_instances(one) == 0);

	const char *animal[] = {"Animal"};
	const som_class_desc d = {.size_of = sizeof d, .name = "WBusy", .parents = animal, .nparents = 1, .metaclass = "SOMMSingleInstance", .init = begin_busy};
	som_class *busy = som_class_define(&d, ev);
	for (fails = 1; fails >= 0; fails--) {
		beginning = busy;
		o = begun(busy, ev);
		CHECK((o == NULL) == fails && (ev->major == SOM_USER_EXCEPTION) == fails && som_class_instances(busy) == (uint64_t)!fails);
		som_env_clear(ev);
	}
	som_ref same = som_new(busy, ev);
	CHECK(same && same == o && o->refs == 2);
	som_release(o);
	som_release(o);

	som_class *e = under("WE", "Animal", "SOMMExtentManaged", ev), *s = under("WTs", "Animal", "SOMMTimeStamped", ev), *g = under("WG", "Animal", "SOMMTraced", ev);
	CHECK((o = begun(e, ev)) && som_extent(e, NULL, 0, ev) == 1);
	som_release(o);
	CHECK(som_extent(e, NULL, 0, ev) == 0 && (o = begun(s, ev)) && som_stamp(o, ev) > 0);
	som_release(o);
	CHECK(som_trace(g, told, NULL, ev) == SOM_OK && (o = begun(g, ev)) && saw("a WG.SOMObject::somDefaultInit(); a WG.SOMObject::somDefaultInit: ;"));
	som_release(o);
	*seen = 0;
	const char *base[] = {"SOMMBeforeAfter"};
	CHECK(define("WGuard", base, 1, NULL, guards, 1, ev) != NULL);
	som_class *guarded = under("WGuarded", "Animal", "WGuard", ev);
	veto = 1;
	CHECK(!begun(guarded, ev) && refused(ev, SOM_E_RAISED, "WGuard does not let") && som_class_instances(guarded) == 0);
	veto = 0;
	*seen = 0;
}

static int parts; /* that live */
static void begin_part(som_ref o, som_env *ev, void *context) { (void)o, (void)ev, (void)context, parts++; }
static void end_part(som_ref o, void *context) { (void)o, (void)context, parts--; }
static uint8_t block(som_ref c, som_env *ev, som_call *call) { return (void)c, (void)ev, call->life != SOM_CALL_ENDS; }
static void block_around(som_ref c, som_env *ev, som_call *call, som_rest *rest) {
	(void)c, (void)ev;
	if (call->life != SOM_CALL_ENDS) som_call_rest(rest);
}
static const som_override blocks[] = {{"sommBeforeMethod", (som_proc *)block, NULL}, {"sommAroundMethod", (som_proc *)block_around, NULL}};

/* The end of an object is not to be vetoed, and is its own class's, whatever it is cast to. */
static void ends(som_env *ev) {
	const char *base[] = {"SOMMBeforeAfter"}, *animal[] = {"Animal"};
	som_class *of[] = {define("Blocker", base, 1, NULL, blocks, 2, ev), som_class_registered("Guard", ev)};
	if (!of[1]) of[1] = define("Guard", base, 1, NULL, guards, 1, ev);
	const som_class_desc d = {.size_of = sizeof d, .name = "Blocked", .parents = animal, .nparents = 1, .metaclass = som_class_describe(som_class_join(of, 2, ev))->name,
		.init = begin_part, .fini = end_part, .data_size = 8, .data_align = 8};
	som_class *c = som_class_define(&d, ev);
	som_ref o = som_new(c, ev);
	CHECK(o && parts == 1 && saw("begins"));
	CHECK(som_cast(o, Animal.c.cls, ev) == SOM_OK);
	som_release(o);
	CHECK(parts == 0 && saw("ends") && som_class_instances(c) == 0);
}

enum { MOST_TRIES = 64 }; /* to get memory again that was given back */
static som_ref complained; /* of this object last */
static int content;
static void complain(som_ref c, som_env *ev, som_call *call) {
	(void)c;
	if (call->life != SOM_CALL_BEGINS || content) return;
	complained = call->object;
	som_raise_user(ev, "IDL:test/Complaint:1.0", NULL, NULL);
}
static const som_override complains[] = {{"sommAfterMethod", (som_proc *)complain, NULL}};

/* What fails behind the initializers undoes them, and properties that saw the beginning see the end. */
static void complaints(som_env *ev) {
	const char *base[] = {"SOMMBeforeAfter"}, *animal[] = {"Animal"};
	som_class *of[] = {define("Complains", base, 1, NULL, complains, 1, ev), define("CGuard", base, 1, NULL, guards, 1, ev)};
	const som_class_desc d = {.size_of = sizeof d, .name = "Complained", .parents = animal, .nparents = 1, .metaclass = som_class_describe(som_class_join(of, 2, ev))->name,
		.init = begin_part, .fini = end_part, .data_size = 8, .data_align = 8};
	som_class *c = som_class_define(&d, ev);
	CHECK(!som_new(c, ev) && ev->major == SOM_USER_EXCEPTION && parts == 0 && saw("begins ends"));
	som_env_clear(ev);
	CHECK(!begun(c, ev) && ev->major == SOM_USER_EXCEPTION && parts == 0 && som_class_instances(c) == 0 && saw("begins ends"));
	som_env_clear(ev);
	som_found raw = {.size_of = sizeof raw};
	CHECK(som_lookup(som_class_class(), "somNewNoInit", &raw, ev) == SOM_OK);
	som_ref o = ((som_ref(*)(som_ref, som_env *))raw.proc)(&c->object, ev); /* one that is its maker's is begun, as by somDefaultInit */
	CHECK(o && !som_end(som_begin_at(o, ev), ev) && ev->major == SOM_USER_EXCEPTION && parts == 1 && saw("begins"));
	som_env_clear(ev);
	som_release(o);
	CHECK(parts == 0 && som_class_instances(c) == 0 && saw("ends"));
	som_class *kept[] = {som_class_registered("Complains", ev), som_class_named("SOMMExtentManaged", ev)};
	const som_class_desc known = {.size_of = sizeof known, .name = "ComplainedExtent", .parents = animal, .nparents = 1,
		.metaclass = som_class_describe(som_class_join(kept, 2, ev))->name, .init = begin_part, .fini = end_part, .data_size = 8, .data_align = 8};
	som_class *e = som_class_define(&known, ev);
	for (int i = 0; i < 2; i++) { /* and the extent forgets it: an object that is later in its place is there */
		som_ref made[MOST_TRIES];
		int n = 0;
		CHECK(e && !(i ? begun(e, ev) : som_new(e, ev)) && ev->major == SOM_USER_EXCEPTION && parts == 0);
		som_env_clear(ev);
		content = 1;
		while (n < MOST_TRIES && (made[n] = begun(e, ev)) && made[n++] != complained) {}
		content = 0;
		CHECK(n > 0 && som_extent(e, NULL, 0, ev) == n);
		while (n > 0) som_release(made[--n]);
	}
	som_class *guarded = under("CGuarded", "Animal", "CGuard", ev);
	veto = 1; /* who does not let it begin is not told that it ends */
	CHECK(guarded && !begun(guarded, ev) && som_class_instances(guarded) == 0 && saw("begins"));
	som_env_clear(ev);
	veto = 0;
}

static const char *insists; /* the class whose hook calls its parent's */
static som_tok before_token;
static uint8_t parental(som_ref c, som_env *ev, som_call *call) { return (void)c, (void)ev, call->life ? (void)0 : note("parental"), 1; }
static uint8_t insistent(som_ref c, som_env *ev, som_call *call) {
	if (call->life) return 1;
	note("insistent");
	return ((somm_before *)som_parent_proc(som_class_registered(insists, NULL), 0, before_token, ev))(c, ev, call);
}
static const som_override parentals[] = {{"sommBeforeMethod", (som_proc *)parental, NULL}}, insistents[] = {{"sommBeforeMethod", (som_proc *)insistent, NULL}};

static void prevention(som_env *ev) {
	const char *base[] = {"SOMMBeforeAfter"}, *let[] = {"LetParental"}, *prevented[] = {"PreventedParental"};
	som_found f = {.size_of = sizeof f};
	CHECK(define("LetParental", base, 1, NULL, parentals, 1, ev) && define("PreventedParental", base, 1, "SOMMParentMethodCallPreventionEnabled", parentals, 1, ev));
	CHECK(som_lookup(som_class_registered("LetParental", ev), "sommBeforeMethod", &f, ev) == SOM_OK);
	before_token = f.token;
	CHECK(define("LetInsistent", let, 1, NULL, insistents, 1, ev) && define("PreventedInsistent", prevented, 1, NULL, insistents, 1, ev));
	insists = "LetInsistent";
	CHECK(says(under("Let", "Speaker", "LetInsistent", ev), 1, ev) == 11 && saw("insistent parental parental speak"));
	insists = "PreventedInsistent";
	CHECK(says(under("PreventedPlain", "Speaker", "PreventedParental", ev), 1, ev) == 11 && saw("parental speak"));
	says(under("Prevented", "Speaker", "PreventedInsistent", ev), 1, ev);
	CHECK(refused(ev, SOM_E_ABSTRACT, "Prevented: a property of it calls a hook of its parent's") && saw("insistent"));
}

/* What metaclasses put in front of a method: that which is to be the first, and of the others the last. */
static int64_t go_on(const char *what, som_ref o, som_env *ev, int64_t n, speak_proc *proc) {
	note("%s", what);
	som_proc *next = som_next_cooperative(som_class_of(o), Animal.m[0], (som_proc *)proc);
	return ((speak_proc *)next)(o, ev, n);
}
static int64_t zero(som_ref o, som_env *ev, int64_t n) { return go_on("zero", o, ev, n, zero); }
static int64_t one(som_ref o, som_env *ev, int64_t n) { return go_on("one", o, ev, n, one); }
static int64_t two(som_ref o, som_env *ev, int64_t n) { return go_on("two", o, ev, n, two); }
static int64_t first(som_ref o, som_env *ev, int64_t n) { return go_on("first", o, ev, n, first); }

static void polite(som_ref c, som_env *ev) {
	som_class *k = (som_class *)c;
	som_found f = {.size_of = sizeof f};
	som_lookup(som_class_registered("SOMClass", NULL), "somClassReady", &f, ev);
	((void (*)(som_ref, som_env *))som_next_proc(som_class_registered("Polite", NULL), c, f.token))(c, ev);
	CHECK(ev->major == SOM_NO_EXCEPTION && som_cooperate(k, "speak", (som_proc *)zero, ev) == SOM_OK && som_cooperate_first(k, "speak", (som_proc *)first, ev) == SOM_OK);
	CHECK(som_cooperate(k, "speak", (som_proc *)one, ev) == SOM_OK && som_cooperate(k, "Animal::speak", (som_proc *)two, ev) == SOM_OK);
}
static const som_override polites[] = {{"somClassReady", (som_proc *)polite, NULL}};

static void cooperation(som_env *ev) {
	const char *base[] = {"SOMMCooperative"};
	CHECK(define("Polite", base, 1, NULL, polites, 1, ev) != NULL);
	som_class *c = under("Co", "Speaker", "Polite", ev), *plain = under("CoPlain", "Speaker", "SOMMCooperative", ev);
	CHECK(c && says(c, 1, ev) == 11 && saw("first two one zero speak"));
	CHECK(says(under("CoSub", "Co", NULL, ev), 1, ev) == 11 && saw("first two one zero speak"));
	som_proc *proc = (som_proc *)speak_of_animals;
	CHECK(som_cooperate_first(c, "speak", proc, ev) == SOM_E_BUSY && refused(ev, SOM_E_BUSY, "another procedure is to be the first"));
	CHECK(som_cooperate(c, "speak", (som_proc *)one, ev) == SOM_E_METHOD && refused(ev, SOM_E_METHOD, "stands in front of speak already"));
	CHECK(som_cooperate(c, "speak", NULL, ev) == SOM_E_METHOD && refused(ev, SOM_E_METHOD, "a procedure"));
	CHECK(som_cooperate(c, "sing", proc, ev) == SOM_E_UNKNOWN && refused(ev, SOM_E_UNKNOWN, "sing"));
	CHECK(som_cooperate(Animal.c.cls, "speak", proc, ev) == SOM_E_TYPE && refused(ev, SOM_E_TYPE, "no SOMMCooperative"));
	CHECK(som_cooperate(NULL, "speak", proc, NULL) == SOM_E_TYPE && som_cooperate_first(c, "sing", proc, NULL) == SOM_E_UNKNOWN);
	CHECK(!som_next_cooperative(c, Animal.m[0], proc) && !som_next_cooperative(Animal.c.cls, Animal.m[0], proc) && !som_next_cooperative(NULL, 0, NULL));
	CHECK(som_next_cooperative(c, Animal.m[0], (som_proc *)zero) == (som_proc *)speak_of_speakers && som_next_cooperative(c, Animal.m[0], (som_proc *)two) == (som_proc *)one);
	som_ref o = som_new(c, ev), p = som_new(plain, ev);
	CHECK(som_cooperate(c, "speak", proc, ev) == SOM_E_BUSY && refused(ev, SOM_E_BUSY, "instances") && som_cooperate(plain, "speak", proc, ev) == SOM_E_BUSY && refused(ev, SOM_E_BUSY, "instances"));
	CHECK(!som_next_cooperative(plain, Animal.m[0], proc) && speak(o, ev, 1) == 11 && saw("first two one zero speak") && speak(p, ev, 1) == 11 && saw("speak"));
	som_release(o);
	som_release(p);
	CHECK(som_cooperate(plain, "speak", proc, ev) == SOM_OK && says(plain, 3, ev) == 13 && saw("")); /* taken over */
	CHECK(som_class_unload(plain, ev) == SOM_OK);
}

/* With what stands before and after the method, in the order of the metaclass. */
static void cooperation_around(som_env *ev) {
	const char *base[] = {"SOMMCooperative"}, *one_way[] = {"Polite", "Outer"}, *other[] = {"Outer", "Polite"};
	CHECK(define("Polite", base, 1, NULL, polites, 1, ev) && define("PoliteOuter", one_way, 2, NULL, NULL, 0, ev) && define("OuterPolite", other, 2, NULL, NULL, 0, ev));
	CHECK(says(under("CoOuter", "Speaker", "PoliteOuter", ev), 1, ev) == 11 && saw("first two one zero outer<speak speak speak>outer"));
	CHECK(says(under("OuterCo", "Speaker", "OuterPolite", ev), 1, ev) == 11 && saw("outer<speak first two one zero speak speak>outer"));
}

/* The variable SOMM_TRACED has NamedA and NamedB, or is empty: what else is said is said to the output. */
static void variable(som_env *ev) {
	CHECK(says(under("Unnamed", "Animal", "SOMMTraced", ev), 1, ev) == 11 && says(under("NamedB", "Animal", "SOMMTraced", ev), 1, ev) == 11);
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
	alarm(300); /* who waits for ever is ended, on a machine on which much else runs */
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

/* ---- As many as there are ---- */

enum { MANY = 60000, FEW = 600 };

/* How many instances stand in the places from p on, and how many steps it takes in all to find each of them. */
static uint64_t standing(const place *p, uint64_t depth, uint64_t *steps) {
	if (!p) return 0;
	uint64_t n = p->o != NULL;
	*steps += n * depth;
	for (int i = 0; i < 4; i++)
		n += standing(p->below[i], depth + 1, steps);
	return n;
}

/* Whether a class has n instances, each with a stamp or in the extent, that are found in up to most steps on average. */
static int found_in(som_class *c, const char *metaclass, uint64_t n, uint64_t most, som_env *ev) {
	const som_binding b = {.size_of = sizeof b, .cls = metaclass};
	som_classdata d = {0};
	uint64_t steps = 0;
	CHECK(som_class_bind(&b, &d, ev) == SOM_OK);
	const table *t = som_data(&c->object, d.data);
	const uint64_t got = standing(t->top, 1, &steps);
	const int is = got == n && steps <= most * n;
	if (!is) printf("%llu of %llu instances are there, and take %llu steps to find\n", (unsigned long long)got, (unsigned long long)n, (unsigned long long)steps);
	return is;
}

/* What is kept of instances is found in steps that grow as the logarithm of their number, where lists would be a hundred times as long: some 5 of FEW, and 9 of MANY. */
static void many(som_env *ev) {
	som_class *stamped = under("Mt", "Animal", "SOMMTimeStamped", ev), *c = under("Me", "Animal", "SOMMExtentManaged", ev);
	som_ref *all = malloc(MANY * sizeof *all), *got = malloc(MANY * sizeof *got);
	CHECK(all && got);
	for (int i = 0; i < MANY; i++) {
		all[i] = som_new(stamped, ev);
		CHECK(speak(all[i], ev, 1) == 11 && som_stamp(all[i], ev) > 0);
		if (i == FEW - 1) CHECK(found_in(stamped, "SOMMTimeStamped", FEW, 8, ev));
	}
	CHECK(found_in(stamped, "SOMMTimeStamped", MANY, 12, ev));
	for (int i = 0; i < MANY; i++)
		som_release(all[i]), all[i] = som_new(c, ev);
	for (int round = 0; round < 2; round++) { /* half of them end, and others take their places */
		for (int i = round; i < MANY; i += 2)
			som_release(all[i]), all[i] = NULL;
		CHECK(som_extent(c, NULL, 0, ev) == MANY / 2);
		for (int i = round; i < MANY; i += 2)
			all[i] = som_new(c, ev);
	}
	CHECK(som_extent(c, got, MANY, ev) == MANY && found_in(c, "SOMMExtentManaged", MANY, 12, ev));
	for (int i = 0; i < MANY; i++) { /* each of them once */
		CHECK(got[i]->refs == 2);
		som_release(got[i]);
	}
	for (int i = 0; i < MANY; i++)
		som_release(all[i]);
	CHECK(som_extent(c, got, MANY, ev) == 0);
	free(all), free(got);
}

static void tell_nobody(const char *line, void *context) { (void)line, (void)context; }

/* Who has no class or object is told so. */
static void nobody(som_env *ev) {
	som_ref got[1];
	CHECK(som_extent(NULL, got, 1, ev) == -1 && refused(ev, SOM_E_TYPE, "class NULL"));
	CHECK(som_stamp(NULL, ev) == -1 && refused(ev, SOM_E_TYPE, "class NULL"));
	CHECK(som_trace(NULL, tell_nobody, NULL, ev) == SOM_E_TYPE && refused(ev, SOM_E_TYPE, "class NULL"));
	CHECK(som_proxy_class(NULL, "Pn", ev) == NULL && refused(ev, SOM_E_TYPE, "a class is asked for"));
	CHECK(som_cooperate(NULL, "speak", (som_proc *)tell_nobody, ev) == SOM_E_TYPE && refused(ev, SOM_E_TYPE, "class NULL"));
	CHECK(som_extent(NULL, NULL, 1, NULL) == -1 && som_stamp(NULL, NULL) == -1);
}

/* What needs closures is refused by a kernel without them, and says why; the class leaves nothing. */
static void closures(som_env *ev) {
	static const char *const needs[] = {"Outer", "SOMMTraced", "SOMMExtentManaged", "SOMMTimeStamped", "SOMMInvariantChecked", "SOMMRedispatched"};
	for (size_t i = 0; i < sizeof needs / sizeof *needs; i++) {
		CHECK(under("Cl", "Animal", needs[i], ev) == NULL && refused(ev, SOM_E_LIBRARY, "libffi"));
		CHECK(som_class_registered("Cl", NULL) == NULL);
	}
	CHECK(som_proxy_class(Animal.c.cls, "Pc", ev) == NULL && refused(ev, SOM_E_LIBRARY, "libffi"));
}

static struct { som_classdata c; som_tok m[1]; } Account;
static int32_t *balance(som_ref o) { return som_data(o, Account.c.data); }
static void withdraw(som_ref o, som_env *ev, int32_t n) { (void)ev, *balance(o) -= n; }
static void not_overdrawn(som_ref o, som_env *ev) {
	if (*balance(o) < 0) som_raise_user(ev, "IDL:test/Overdrawn:1.0", NULL, NULL);
}

/* One that looks at its object by the object's methods, and at another, which looks at it in turn. */
static struct { som_classdata c; som_tok m[2]; } Purse;
typedef struct purse { int32_t coins, asked; som_ref other; } purse;
static purse *purse_of(som_ref o) { return som_data(o, Purse.c.data); }
static int32_t coins(som_ref o, som_env *ev) { return (void)ev, purse_of(o)->coins; }
static void put_in(som_ref o, som_env *ev, int32_t n) { (void)ev, purse_of(o)->coins += n; }
static int32_t coins_in(som_ref o) {
	som_env ev = {0};
	int32_t n = ((int32_t (*)(som_ref, som_env *))som_resolve(o, Purse.m[0]))(o, &ev);
	n = ev.major == SOM_NO_EXCEPTION ? n : -1;
	som_env_clear(&ev);
	return n;
}
static void no_debts(som_ref o, som_env *ev) {
	purse_of(o)->asked++;
	if (coins_in(o) < 0 || (purse_of(o)->other && coins_in(purse_of(o)->other) < 0)) som_raise_user(ev, "IDL:test/Overdrawn:1.0", NULL, NULL);
}

static void purses(som_env *ev) {
	const char *base[] = {"SOMMHasInvariant"}, *both[] = {"coins", "put"};
	const som_method own[] = {{"coins", "i:", (som_proc *)coins, NULL, SOM_STATIC}, {"put", "v:i", (som_proc *)put_in, NULL, SOM_STATIC}};
	const som_override over[] = {{"sommInvariant", (som_proc *)no_debts, NULL}};
	const som_class_desc d = {.size_of = sizeof d, .name = "Purse", .parents = base, .nparents = 1, .metaclass = "SOMMInvariantChecked", .introduces = own, .nintroduces = 2,
		.method_size = sizeof *own, .overrides = over, .noverrides = 1, .override_size = sizeof *over, .data_size = sizeof(purse), .data_align = _Alignof(purse)};
	const som_binding of = {.size_of = sizeof of, .cls = "Purse", .methods = both, .nmethods = 2};
	CHECK(som_class_define(&d, ev) && som_class_bind(&of, &Purse.c, ev) == SOM_OK);
	som_ref a = som_new(Purse.c.cls, ev), b = som_new(Purse.c.cls, ev);
	*purse_of(a) = (purse){.other = b}, *purse_of(b) = (purse){.other = a};
	void (*put)(som_ref, som_env *, int32_t) = (void (*)(som_ref, som_env *, int32_t))som_resolve(a, Purse.m[1]);
	put(a, ev, 1);
	CHECK(ev->major == SOM_NO_EXCEPTION && purse_of(a)->asked == 2 && purse_of(b)->asked == 4); /* b before and after each call of a's invariant */
	put(a, ev, -2);
	CHECK(ev->major == SOM_USER_EXCEPTION && coins_in(b) == -1);
	som_env_clear(ev);
	som_release(a);
	som_release(b);
}

static void invariants(som_env *ev) {
	purses(ev);
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
	static const struct { const char *name; void (*run)(som_env *ev); } all[] = {{"composes", composes}, {"once", once}, {"life", life}, {"guesses", guesses}, {"no-signature", no_signature},
		{"single", single}, {"traced", traced}, {"proxies", proxies}, {"instantiable", instantiable}, {"redispatched", redispatched}, {"extents", extents}, {"churned", churned}, {"many", many}, {"nobody", nobody}, {"closures", closures},
		{"invariants", invariants}, {"cost", cost}, {"fronts", fronts}, {"mirrors", mirrors}, {"ways", ways}, {"ends", ends}, {"complaints", complaints}, {"prevention", prevention}, {"cooperation", cooperation}, {"cooperation-around", cooperation_around},
		{"variable", variable}};
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
