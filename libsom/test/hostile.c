/* hostile.c SEED ROUNDS: descriptions of classes drawn at random, most of them wrong in several ways at once. A class comes of each,
 * or an error with code and text, and nothing is left of what was refused. Where a count is more than its list has, the list is
 * missing or the count beyond its limit: more the kernel cannot know. */
#include "check.h"

#define CHECK(ok) CHECK_IN(ev, ok)

static uint64_t state;
static uint32_t draw(uint32_t n) { /* below n */
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return n ? (uint32_t)(state >> 11) % n : 0;
}
static int rarely(void) { return draw(60) == 0; }

enum { NAMES = 24, LIST = 8 };
static char long_name[300], longer[5000];
static const char *bad_name(void) {
	static const char *const bad[] = {NULL, "", "1x", "a-b", "::", "A::", "::A", "A:::B", "a b", "\xff\xfe", "SOMDerived(A,B)", "SOMObject", "A::1", long_name, longer};
	return bad[draw(sizeof bad / sizeof *bad)];
}
static const char *class_name(void) {
	static char names[NAMES][8];
	const uint32_t i = draw(NAMES);
	if (rarely()) return bad_name();
	snprintf(names[i], sizeof names[i], i % 5 ? "C%u" : "N::C%u", i);
	return names[i];
}
static const char *method_name(void) {
	static const char *const good[] = {"m0", "m1", "m2", "m3", "m4", "m5", "C1::m1", "C2::m0", "N::C0::m2", "SOMObject::somGetSize", "somInit", "somoPrivate1", "SOMClass::somNew"};
	return rarely() ? bad_name() : good[draw(sizeof good / sizeof *good)];
}
static const char *signature(void) {
	static const char *const all[] = {NULL, "v:", "i:ii", "l:l", "s:", "", ":", "i", "q:", "v:v", "iiii", "d:dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"};
	return all[draw(rarely() ? 12 : 5)];
}
static uint32_t count(void) { /* of a list that has LIST elements */
	static const uint32_t huge[] = {256, 65536, 1000000, 1u << 31, UINT32_MAX};
	return rarely() ? huge[1 + draw(4)] : draw(3) ? draw(3) : draw(LIST + 1);
}

static void nothing(void) {}
static void init(som_ref o, som_env *ev, void *context) { (void)o, (void)context, rarely() ? som_raise_user(ev, "IDL:test/No:1.0", NULL, NULL) : (void)0; }
static void fini(som_ref o, void *context) { (void)o, (void)context; }

/* A list that fits its count: missing if that is too large for one, unless it is beyond limit. */
static const void *fits(const void *list, uint32_t n, uint32_t limit) { return n > limit ? list : n <= LIST && !rarely() ? list : n == 0 ? list : NULL; }

static som_class *define(som_env *ev) {
	const char *parents[LIST], *abstract[LIST], *inits[LIST];
	som_method methods[LIST];
	som_override overrides[LIST];
	som_select selects[LIST];
	for (int i = 0; i < LIST; i++) {
		const uint32_t kind = draw(8);
		parents[i] = class_name();
		abstract[i] = draw(2) ? parents[draw((uint32_t)i + 1)] : class_name();
		inits[i] = draw(2) ? parents[draw((uint32_t)i + 1)] : class_name();
		methods[i] = (som_method){method_name(), signature(), rarely() ? NULL : (som_proc *)nothing, rarely() ? class_name() : NULL, kind < 6 ? SOM_STATIC : kind == 6 ? SOM_NONSTATIC : draw(9)};
		if (methods[i].name && strchr(methods[i].name, ':')) methods[i].name += draw(2) ? strlen(methods[i].name) - 2 : 0;
		overrides[i] = (som_override){method_name(), rarely() ? NULL : (som_proc *)nothing, draw(8) ? NULL : signature()};
		selects[i] = (som_select){method_name(), parents[i]};
	}
	const uint32_t np = count(), na = draw(4) ? 0 : count(), ni = count(), no = draw(2) ? 0 : count(), ns = draw(4) ? 0 : count(), nn = draw(4) ? 0 : count();
	const som_class_desc d = {.size_of = rarely() ? draw(sizeof d) : sizeof d, .flags = draw(8) ? 0 : draw(4), .name = class_name(), .major = draw(3), .minor = draw(3),
		.parents = draw(2) ? NULL : fits(parents, np, 255), .nparents = draw(20) ? np : 0, .method_size = rarely() ? draw(200) : sizeof(som_method),
		.override_size = rarely() ? draw(200) : sizeof(som_override), .select_size = rarely() ? UINT32_MAX : sizeof(som_select),
		.metaclass = draw(3) ? NULL : draw(2) ? "SOMClass" : class_name(), .abstract_parents = fits(abstract, na, 255), .nabstract_parents = na,
		.init_classes = fits(inits, nn, 65535), .ninit_classes = nn, .introduces = fits(methods, ni, 65535), .nintroduces = ni, .overrides = fits(overrides, no, 65535),
		.noverrides = no, .selects = fits(selects, ns, 65535), .nselects = ns, .data_size = rarely() ? UINT64_MAX - draw(9) : draw(2) * draw(100),
		.data_align = rarely() ? draw(200) : 1u << draw(7), .init = draw(2) ? init : NULL, .fini = draw(2) ? fini : NULL};
	som_class_desc fixed = d;
	/* What the kernel cannot know is not asked of it: elements larger than they are, and lists that are shorter than said. */
	if (fixed.method_size > sizeof(som_method)) fixed.method_size = 3;
	if (fixed.override_size > sizeof(som_override)) fixed.override_size = 3;
	if (!fixed.parents && draw(20)) fixed.nparents = 0;
	if (fixed.parents && fixed.nparents > LIST && fixed.nparents <= 255) fixed.nparents = LIST;
	return som_class_define(&fixed, ev);
}

/* One that was made does what classes do. */
static void use(som_class *c, som_env *ev) {
	const som_class_info *i = som_class_describe(c);
	som_found f = {.size_of = sizeof f};
	som_ref o = som_new(c, ev);
	CHECK(o || ev->major != SOM_NO_EXCEPTION);
	som_env_clear(ev);
	CHECK(i->norder >= 2 && i->order[0] == c && i->order[i->norder - 1] == som_object_class());
	som_lookup(c, method_name(), &f, NULL);
	som_ref copy = o ? som_copy(o, ev) : NULL;
	som_env_clear(ev);
	som_release(copy);
	som_release(o);
	CHECK(som_class_instances(c) == 0 || som_descends(c, som_class_class()));
}

int main(int argc, char **argv) {
	som_env e = {0}, *ev = &e;
	state = argc > 1 ? strtoull(argv[1], NULL, 10) * 2 + 1 : 1;
	const int rounds = argc > 2 ? atoi(argv[2]) : 1000;
	memset(long_name, 'n', sizeof long_name - 1);
	memset(longer, 'n', sizeof longer - 1);
	int made = 0, turned_away = 0;
	som_class *all[NAMES * 4];
	int nall = 0;
	for (int i = 0; i < rounds; i++) {
		som_class *c = define(ev);
		made += c != NULL;
		turned_away += c == NULL;
		CHECK(c ? ev->major == SOM_NO_EXCEPTION : ev->major == SOM_USER_EXCEPTION || (ev->major == SOM_SYSTEM_EXCEPTION && ev->code && ev->text && *ev->text));
		som_env_clear(ev);
		if (c) use(all[nall++] = c, ev);
		/* Some end, when nothing needs them, so that names come again. */
		for (int k = nall; k-- > 0 && (draw(3) == 0 || nall > NAMES);)
			if (som_class_unload(all[k], ev) == SOM_OK) {
				all[k] = all[--nall];
			} else {
				CHECK(ev->code == SOM_E_BUSY);
				som_env_clear(ev);
			}
	}
	for (int left = -1; nall && left != nall;) {
		left = nall;
		for (int k = nall; k-- > 0;)
			if (som_class_unload(all[k], NULL) == SOM_OK) all[k] = all[--nall];
	}
	CHECK(nall == 0); /* whatever was refused keeps nothing */
	printf("%d made, %d refused\nok\n", made, turned_away);
	return made == 0 || turned_away == 0;
}
