/* A client that has no headers of the classes that it calls: TypeCodes, any, lists, requests and contexts. argv[1] is the reference of a SOMDServer that has Pet, argv[2] that of an object with operations that take any and
 * send properties back. It prints what it gets. */
#include <somd.h>

#include <stdio.h>
#include <stdlib.h>

static void raised(const char *what, som_env *ev) {
	if (ev->major == SOM_NO_EXCEPTION)
		printf("%s: nothing raised\n", what);
	else
		printf("%s: %s %s\n", what, ev->id, ev->text ? ev->text : "");
	som_env_clear(ev);
}
static void quiet(const char *what, som_env *ev) {
	if (ev->major != SOM_NO_EXCEPTION) raised(what, ev);
}

static void print(const char *what, TypeCode tc) {
	som_env ev = {0};
	printf("%s: ", what);
	fflush(stdout);
	TypeCode_print(tc, &ev);
	printf(", %d octets at %d, %d parameters\n", (int)TypeCode_size(tc, &ev), TypeCode_alignment(tc, &ev), (int)TypeCode_param_count(tc, &ev));
	quiet(what, &ev);
}

/* A parameter of a TypeCode. */
static void parameter(TypeCode tc, int n) {
	som_env ev = {0};
	any a = TypeCode_parameter(tc, &ev, n);
	printf(" %d:", n);
	if (!a._type) {
		printf("%s", ev.id);
		som_env_clear(&ev);
		return;
	}
	switch (TypeCode_kind(a._type, &ev)) {
	case tk_string: printf("%s", *(char **)a._value); break;
	case tk_long: printf("%d", *(int32_t *)a._value); break;
	case tk_octet: printf("octet %d", *(uint8_t *)a._value); break;
	case tk_TypeCode: printf("TypeCode %d", (int)TypeCode_kind(*(TypeCode *)a._value, &ev)); break;
	default: printf("?");
	}
	any_clear(&a, &ev);
	quiet("parameter", &ev);
}

static void typecodes(void) {
	som_env ev = {0};
	TypeCode point = TypeCodeNew(tk_struct, "Zoo::Point", "x", TC_long, "y", TC_double, NULL), same = somdTypeCode(&ev, "struct Zoo::Point {long x; double y;}");
	TypeCode points = TypeCodeNew(tk_sequence, point, 0L), grid = TypeCodeNew(tk_array, TC_short, 5L), name = TypeCodeNew(tk_string, 8L), dog = TypeCodeNew(tk_objref, "Zoo::Dog");
	TypeCode colour = TypeCodeNew(tk_enum, "Colour", "red", "green", NULL), alias = TypeCodeNew(tk_alias, "Names", points), full = TypeCodeNew(tk_except, "Full", "by", TC_long, NULL);
	TypeCode u = TypeCodeNew(tk_union, "U", TC_long, (long)tk_long, 3L, "n", TC_octet, (long)tk_octet, 0L, "rest", TC_string, 0L);
	print("struct", point), print("sequence", points), print("array", grid), print("string", name), print("object", dog), print("enum", colour), print("alias", alias), print("except", full), print("union", u), print("any", TC_any);
	printf("equal %d %d %d\n", TypeCode_equal(point, &ev, same), TypeCode_equal(point, &ev, points), TypeCode_equal(TC_long, &ev, TC_long));
	printf("struct's");
	for (int i = 0; i <= TypeCode_param_count(point, &ev); i++) parameter(point, i);
	printf("\nunion's");
	for (int i = 0; i < TypeCode_param_count(u, &ev); i++) parameter(u, i);
	printf("\narray's"), parameter(grid, 0), parameter(grid, 1);
	printf("\nenum's"), parameter(colour, 0), parameter(colour, 2), printf("\n");
	quiet("typecodes", &ev);
	TypeCode none = somdTypeCode(&ev, "struct {");
	printf("no type: %d %s\n", none == NULL, ev.id);
	som_env_clear(&ev);
	printf("a pointer: %d, parts that are none: %d, a struct of no name and members: %d\n", TypeCodeNew(tk_pointer, TC_long) == NULL, TypeCodeNew(tk_sequence, NULL, 0L) == NULL, TypeCodeNew(tk_enum, "E", NULL) == NULL);
	TypeCode_setAlignment(point, &ev, 1);
	raised("setAlignment", &ev);
	SOMDTypeCode_parse(point, &ev, "long");
	raised("another type", &ev);
	TypeCode all[] = {point, same, points, grid, name, dog, colour, alias, full, u};
	for (unsigned i = 0; i < sizeof all / sizeof *all; i++) TypeCode_free(TypeCode_copy(all[i], &ev), &ev), TypeCode_free(all[i], &ev);
	TypeCode_free(TC_long, &ev), TypeCode_free(TC_long, &ev);
	printf("long stays %d\n", TypeCode_kind(TC_long, &ev) == tk_long);
}

/* A request of an operation with a result of a type, NULL for none; the list is given up. */
static som_ref request(som_ref of, const char *operation, som_ref list, NamedValue *result, TypeCode type, som_env *ev) {
	som_ref made;
	memset(result, 0, sizeof *result);
	result->argument._type = type;
	SOMDObject_create_request(of, ev, NULL, operation, list, result, &made, 0);
	if (list) NVList_free(list, ev);
	return made;
}
static som_ref list(som_env *ev) {
	som_ref made = NULL;
	ORB_create_list(SOMD_ORBObject, ev, 0, &made);
	return made;
}

typedef struct Meal { char *name; double grams; uint32_t after; } Meal;
typedef struct Wish {
	uint32_t _d;
	union { Meal food; int32_t bites; char *words; } _u;
} Wish;

static void calls(som_ref pet, som_env *ev) {
	NamedValue result;
	som_ref args = list(ev), q;
	char *to = "C", *said;

	/* A text in, a text out, into memory that is made. */
	NVList_add_item(args, ev, "to", TC_string, &to, 0, ARG_IN);
	q = request(pet, "speak", args, &result, TC_string, ev);
	Request_invoke(q, ev, 0);
	quiet("speak", ev);
	printf("speak: %s, %d octets\n", *(char **)result.argument._value, (int)result.len);
	Request_invoke(q, ev, 0);
	raised("invoked again", ev);
	Request_get_response(q, ev, 0);
	raised("a response of what was invoked", ev);
	any_clear(&result.argument, ev);
	Request_destroy(q, ev);

	/* To a place of the program's; arguments by add_arg. */
	q = request(pet, "speak", NULL, &result, TC_string, ev);
	result.argument._value = &said;
	to = "full";
	Request_add_arg(q, ev, "to", TC_string, &to, 0, ARG_IN);
	Request_invoke(q, ev, 0);
	if (ev->major == SOM_USER_EXCEPTION) printf("full: %s %d \"%s\"\n", ev->id, *(int32_t *)ev->value, *(char **)((char *)ev->value + sizeof(char *)));
	som_env_clear(ev);
	Request_destroy(q, ev);
	q = request(pet, "speak", NULL, &result, TC_string, ev);
	result.argument._value = &said;
	to = "gone";
	Request_add_arg(q, ev, "to", TC_string, &to, 0, ARG_IN);
	Request_invoke(q, ev, 0);
	raised("gone", ev);
	Request_destroy(q, ev);
	q = request(pet, "speak", NULL, &result, TC_string, ev);
	result.argument._value = &said;
	to = "you";
	Request_add_arg(q, ev, "to", TC_string, &to, 0, ARG_IN);
	Request_invoke(q, ev, 0);
	printf("speak: %s\n", said);
	som_deallocate(said);
	Request_destroy(q, ev);

	/* Structures in a sequence; inout and out. */
	TypeCode meals = somdTypeCode(ev, "sequence<struct Meal {string name; double grams; enum Mood {calm, hungry, angry} after;}>");
	TypeCode mood = somdTypeCode(ev, "enum Mood {calm, hungry, angry}");
	Meal eaten[2] = {{"hay", 1.5, 2}, {"oats", 2.5, 0}};
	struct { uint32_t max, length; Meal *buffer; } wanted = {2, 2, eaten}, *menu;
	uint32_t how = 0, count = 77;
	args = list(ev);
	NVList_add_item(args, ev, "wanted", meals, &wanted, sizeof wanted, ARG_IN);
	NVList_add_item(args, ev, "mood", mood, &how, sizeof how, ARG_INOUT);
	NVList_add_item(args, ev, "count", TC_ulong, &count, sizeof count, ARG_OUT);
	q = request(pet, "menu", args, &result, meals, ev);
	Request_invoke(q, ev, 0);
	quiet("menu", ev);
	menu = result.argument._value;
	printf("menu: %u, %s %g %u, %s %g %u, mood %u, count %u\n", menu->length, menu->buffer[0].name, menu->buffer[0].grams, menu->buffer[0].after, menu->buffer[1].name, menu->buffer[1].grams, menu->buffer[1].after, how, count);
	result.argument._type = TypeCode_copy(meals, ev);
	any_clear(&result.argument, ev);
	Request_destroy(q, ev);
	TypeCode_free(mood, ev), TypeCode_free(meals, ev);

	/* What the class declares. */
	char *name;
	TypeCode tc;
	void *place;
	int32_t n, length;
	Flags flags;
	SOMDObject_create_request_args(pet, ev, "numbers", &args, &result);
	NVList_get_count(args, ev, &n);
	printf("numbers: %d arguments, the result is %d\n", n, TypeCode_kind(result.argument._type, ev));
	uint8_t o = 200, b = 1;
	char c = 'x';
	int16_t s = -7;
	uint16_t us = 65535;
	uint32_t ul = 4000000000u;
	int64_t ll = -((int64_t)1 << 40);
	float f = 1.5f;
	double d = 0;
	Meal m = {som_string_copy("hay"), 3, 1};
	void *values[] = {&o, &c, &b, &s, &us, &ul, &ll, &f, &m};
	for (int i = 0; i < n; i++) {
		NVList_get_item(args, ev, i, &name, &tc, &place, &length, &flags);
		printf(" %s %d %u%s", name, TypeCode_kind(tc, ev), flags, place ? " ?" : "");
		NVList_set_item(args, ev, i, name, tc, values[i], 0, flags);
		som_deallocate(name);
		TypeCode_free(tc, ev);
	}
	printf("\n");
	tc = result.argument._type;
	result.argument._value = &d;
	SOMDObject_create_request(pet, ev, NULL, "numbers", args, &result, &q, 0);
	Request_invoke(q, ev, 0);
	quiet("numbers", ev);
	printf("numbers: %g, %s %g %u\n", d, m.name, m.grams, m.after);
	som_deallocate(m.name);
	TypeCode_free(tc, ev);
	Request_destroy(q, ev);
	NVList_get_item_by_name(args, ev, "arg9", &tc, &place, &length, &flags);
	printf("by name: %d %d\n", place == &m, TypeCode_kind(tc, ev) == tk_struct);
	TypeCode_free(tc, ev);
	NVList_get_item_by_name(args, ev, "arg10", &tc, &place, &length, &flags);
	raised("no item", ev);
	NVList_remove_item(args, ev, 0);
	NVList_get_count(args, ev, &n);
	printf("removed: %d left\n", n);
	NVList_free(args, ev);

	/* Unions, arrays, wide texts, octets; memory that the list makes. */
	TypeCode wish = somdTypeCode(ev, "union Wish switch (enum Mood {calm, hungry, angry}) {case hungry: struct Meal {string name; double grams; enum Mood {calm, hungry, angry} after;} food; case angry: long bites; default: string words;}");
	Wish w, other, got;
	memset(&w, 0, sizeof w), memset(&other, 0, sizeof other);
	w._d = 1, w._u.food.name = "fish", w._u.food.grams = 9;
	other._d = 0, other._u.words = som_string_copy("words");
	args = list(ev);
	NVList_add_item(args, ev, "w", wish, &w, 0, ARG_IN);
	NVList_add_item(args, ev, "other", wish, &other, 0, ARG_INOUT);
	q = request(pet, "wish", args, &result, wish, ev);
	result.argument._value = &got;
	Request_invoke(q, ev, 0);
	quiet("wish", ev);
	printf("wish: %u %s %g, other %u %s, %d octets\n", got._d, got._u.food.name, got._u.food.grams, other._d, other._u.words, (int)(TypeCode_size(wish, ev) - sizeof(Wish)));
	SOMD_FreeType(ev, &got, wish), SOMD_FreeType(ev, &other, wish);
	printf("ended: %u %p\n", got._d, (void *)other._u.words);
	Request_destroy(q, ev);
	TypeCode_free(wish, ev);

	TypeCode rows = somdTypeCode(ev, "long[2][3]");
	int32_t grid[2][3] = {{1, 2, 3}, {4, 5, 6}};
	args = list(ev);
	NVList_add_item(args, ev, "g", rows, grid, sizeof grid, ARG_INOUT);
	q = request(pet, "grid", args, &result, NULL, ev);
	Request_invoke(q, ev, 0);
	quiet("grid", ev);
	printf("grid: %d %d\n", grid[0][2], grid[1][0]);
	Request_destroy(q, ev);
	TypeCode_free(rows, ev);

	uint16_t hi[] = {'h', 0x20ac, 0}, *wide = hi, *widened, euro = 0x20ac;
	args = list(ev);
	NVList_add_item(args, ev, "w", TC_wstring, &wide, 0, ARG_IN);
	NVList_add_item(args, ev, "c", TC_wchar, &euro, 0, ARG_IN);
	q = request(pet, "wide", args, &result, TC_wstring, ev);
	Request_invoke(q, ev, 0);
	quiet("wide", ev);
	widened = *(uint16_t **)result.argument._value;
	printf("wide: %x %x %x %x\n", widened[0], widened[1], widened[2], widened[3]);
	any_clear(&result.argument, ev);
	Request_destroy(q, ev);

	/* Objects: one of this process goes, and is called back; what comes is this one, and one of there. */
	som_class *toys = som_class_named("Toy", ev);
	som_ref toy = som_new(toys, ev), with = som_retain(toy), was = NULL;
	args = list(ev);
	NVList_add_item(args, ev, "with", TC_Object, &toy, 0, ARG_IN);
	q = request(pet, "play", args, &result, TC_string, ev);
	Request_invoke(q, ev, 0);
	quiet("play", ev);
	printf("play: %s\n", result.argument._value ? *(char **)result.argument._value : "nothing");
	any_clear(&result.argument, ev);
	Request_destroy(q, ev);
	args = list(ev);
	NVList_add_item(args, ev, "with", TC_Object, &with, 0, ARG_INOUT);
	q = request(pet, "swap", args, &result, TC_Object, ev);
	result.argument._value = &was;
	Request_invoke(q, ev, 0);
	quiet("swap", ev);
	printf("swap: the same %d, another %d\n", was == toy, with && with != toy);
	Request_destroy(q, ev);

	/* An object of this process. */
	int32_t times = 2;
	args = list(ev);
	NVList_add_item(args, ev, "times", TC_long, &times, 0, ARG_IN);
	som_ref both[] = {toy, with};
	for (int i = 0; i < 2; i++) {
		som_retain(args);
		q = request(both[i], "squeak", args, &result, TC_string, ev);
		Request_invoke(q, ev, 0);
		quiet("squeak", ev);
		printf("squeak %d: %s\n", i, result.argument._value ? *(char **)result.argument._value : "nothing");
		any_clear(&result.argument, ev);
		Request_destroy(q, ev);
	}
	NVList_free(args, ev);
	som_release(was), som_release(with), som_release(toy), som_release((som_ref)toys);
}

static void later(som_ref pet, som_env *ev) {
	NamedValue result[4];
	som_ref q[4], got;
	char *to[4] = {"a", "b", "full", "d"}, seen[5] = "....";
	for (int i = 0; i < 4; i++) {
		q[i] = request(pet, "speak", NULL, &result[i], TC_string, ev);
		Request_add_arg(q[i], ev, "to", TC_string, &to[i], 0, ARG_IN);
	}
	get_next_response(ev, 0, &got);
	raised("nothing was sent", ev);
	Request_send(q[0], ev, 0);
	while (Request_get_response(q[0], ev, RESP_NO_WAIT) == SOMDERROR_NoMessages)
		;
	quiet("sent", ev);
	printf("sent: %s\n", *(char **)result[0].argument._value);
	Request_get_response(q[0], ev, 0);
	raised("taken again", ev);
	send_multiple_requests(q + 1, ev, 3, 0);
	quiet("several", ev);
	for (int i = 0; i < 3; i++) {
		while (get_next_response(ev, i == 0 ? RESP_NO_WAIT : 0, &got) == SOMDERROR_NoMessages)
			;
		for (int k = 1; k < 4; k++)
			if (got == q[k]) seen[k] = ev->major == SOM_USER_EXCEPTION ? 'x' : ev->major == SOM_NO_EXCEPTION ? *to[k] : '?';
		som_env_clear(ev);
	}
	printf("several: %s\n", seen);
	get_next_response(ev, RESP_NO_WAIT, &got);
	raised("no more", ev);
	Request_send(q[1], ev, 0);
	raised("sent again", ev);
	for (int i = 0; i < 4; i++) Request_destroy(q[i], ev), any_clear(&result[i].argument, ev);
	som_ref none = Request_new(ev);
	Request_invoke(none, ev, 0);
	raised("one that was not made", ev);
	som_release(none);
	q[0] = request(pet, "speak", NULL, &result[0], TC_string, ev); /* one that is given up while it is carried out */
	Request_add_arg(q[0], ev, "to", TC_string, &to[0], 0, ARG_IN);
	Request_send(q[0], ev, 0);
	Request_delete(q[0], ev);
	quiet("given up", ev);
}

static void wrong(som_ref pet, som_env *ev) {
	NamedValue result;
	som_ref q;
	int32_t n = 1;
	char *none = NULL;
	som_ref args = list(ev);
	NVList_add_item(args, ev, "a", TC_long, &n, 0, ARG_IN);
	q = request(pet, "fly", args, &result, NULL, ev);
	Request_invoke(q, ev, 0);
	raised("no operation", ev);
	Request_destroy(q, ev);
	SOMDObject_create_request_args(pet, ev, "fly", &args, &result);
	raised("no arguments of it", ev);
	SOMDObject_create_request_args(pet, ev, "remember", &args, &result);
	raised("none of a pointer", ev);
	args = list(ev);
	NVList_add_item(args, ev, "a", TC_long, NULL, 0, ARG_IN);
	q = request(pet, "speak", args, &result, NULL, ev);
	Request_invoke(q, ev, 0);
	raised("no value", ev);
	Request_destroy(q, ev);
	args = list(ev);
	NVList_add_item(args, ev, "a", TC_long, &n, 0, ARG_IN | IN_COPY_VALUE);
	raised("a copy", ev);
	NVList_add_item(args, ev, "a", NULL, &n, 0, ARG_IN);
	raised("no TypeCode", ev);
	NVList_add_item(args, ev, "a", args, &n, 0, ARG_IN);
	raised("a list for a TypeCode", ev);
	NVList_add_item(args, ev, "a", TC_string, &none, 0, 0);
	q = request(pet, "speak", args, &result, TC_string, ev);
	Request_invoke(q, ev, 0);
	raised("neither in nor out", ev);
	Request_destroy(q, ev);
	struct { uint32_t max, length; int32_t *buffer; } nowhere = {3, 3, NULL};
	TypeCode longs = TypeCodeNew(tk_sequence, TC_long, 0L), few = TypeCodeNew(tk_string, 2L);
	char *many = "three";
	args = list(ev);
	NVList_add_item(args, ev, "a", longs, &nowhere, 0, ARG_IN);
	q = request(pet, "speak", args, &result, TC_string, ev);
	Request_invoke(q, ev, 0);
	raised("elements that are nowhere", ev);
	Request_destroy(q, ev);
	args = list(ev);
	NVList_add_item(args, ev, "a", few, &many, 0, ARG_IN);
	q = request(pet, "speak", args, &result, TC_string, ev);
	Request_invoke(q, ev, 0);
	raised("more than the bound", ev);
	Request_destroy(q, ev);
	TypeCode_free(longs, ev), TypeCode_free(few, ev);
	SOMDObject_create_request(NULL, ev, NULL, "x", NULL, NULL, &q, 0);
	raised("of no object", ev);
	SOMDObject_create_request(pet, ev, NULL, "x", pet, NULL, &q, 0);
	raised("a pet for a list", ev);
	SOMDObject_create_request(pet, ev, pet, "x", NULL, NULL, &q, 0);
	raised("a pet for a context", ev);
	SOMDObject_create_request(pet, ev, NULL, "x", NULL, NULL, &q, 1);
	raised("flags", ev);
	ORB_create_list(SOMD_ORBObject, ev, -1, &args);
	raised("a list of -1", ev);
}

/* Values that are any. */
static void anys(som_ref echo, som_env *ev) {
	NamedValue result;
	any in = {NULL, NULL}, out = {NULL, NULL}, inner, null = {NULL, NULL};
	TypeCode point = somdTypeCode(ev, "struct Point {long x; any more; TypeCode of;}");
	struct { int32_t x; any more; TypeCode of; } p = {7, {NULL, NULL}, TC_double}, *back;
	char *text = "within";
	inner = any_of(ev, TC_string, &text);
	p.more = inner;
	in = any_of(ev, point, &p);
	quiet("any_of", ev);
	any copy = any_copy(&in, ev);
	any_clear(&in, ev);
	in = copy;
	any *all[] = {&in, &inner, &null};
	for (int i = 0; i < 3; i++) {
		som_ref args = list(ev);
		NVList_add_item(args, ev, "in", TC_any, all[i], 0, ARG_IN);
		NVList_add_item(args, ev, "out", TC_any, &out, 0, ARG_OUT);
		som_ref q = request(echo, "echo", args, &result, TC_any, ev);
		Request_invoke(q, ev, 0);
		quiet("echo", ev);
		any *r = result.argument._value;
		if (!r) return;
		printf("echo %d: kind %d and %d\n", i, (int)(r->_type ? TypeCode_kind(r->_type, ev) : tk_null), (int)(out._type ? TypeCode_kind(out._type, ev) : tk_null));
		if (i == 0) {
			back = r->_value;
			printf(" x %d, more %s, of %d, equal %d\n", back->x, *(char **)back->more._value, TypeCode_kind(back->of, ev), TypeCode_equal(r->_type, ev, point));
		}
		any_clear(&result.argument, ev);
		any_clear(&out, ev);
		Request_destroy(q, ev);
	}
	any_clear(&in, ev), any_clear(&inner, ev);
	TypeCode_free(point, ev);
	quiet("anys", ev);
}

static void properties(const char *what, som_ref values, som_env *ev) {
	int32_t n = 0, length;
	NVList_get_count(values, ev, &n);
	printf("%s:", what);
	for (int32_t i = 0; i < n; i++) {
		char *name;
		TypeCode tc;
		void *value;
		Flags flags;
		NVList_get_item(values, ev, i, &name, &tc, &value, &length, &flags);
		if (ev->major != SOM_NO_EXCEPTION) break;
		printf(" %s=%s", name, *(char **)value);
		som_deallocate(name), TypeCode_free(tc, ev);
	}
	printf("\n");
	quiet(what, ev);
}

static void contexts(som_ref echo, som_env *ev) {
	som_ref root = NULL, child = NULL, grandchild = NULL, values = NULL, q;
	NamedValue result;
	char *land = "at", *lang = "de";
	ORB_get_default_context(SOMD_ORBObject, ev, &root);
	Context_set_one_value(root, ev, "lang", "en");
	Context_set_one_value(root, ev, "size", "9");
	Context_create_child(root, ev, "inner", &child);
	values = list(ev);
	NVList_add_item(values, ev, "land", TC_string, &land, 0, ARG_IN);
	NVList_add_item(values, ev, "lang", TC_string, &lang, 0, ARG_IN);
	Context_set_values(child, ev, values);
	NVList_free(values, ev);
	printf("context: %s in \"%s\"\n", Context_get_context_name(child, ev), Context_get_context_name(Context_get_context_parent(child, ev), ev));
	Context_get_values(child, ev, "", 0, "la*", &values);
	properties("la*", values, ev);
	NVList_free_memory(values, ev);
	char *name;
	TypeCode tc;
	void *value;
	int32_t length;
	Flags flags;
	NVList_get_item(values, ev, 0, &name, &tc, &value, &length, &flags);
	printf("freed: %s %p\n", name, value);
	som_deallocate(name), TypeCode_free(tc, ev);
	NVList_free(values, ev);
	Context_get_values(child, ev, "", 0, "size", &values);
	properties("size", values, ev);
	NVList_free(values, ev);
	properties("own", Context_get_properties(child, ev), ev);
	Context_get_values(child, ev, "", CTX_RESTRICT_SCOPE, "size", &values);
	raised("restricted", ev);
	Context_get_values(child, ev, "elsewhere", 0, "size", &values);
	raised("no scope", ev);
	Context_set_one_value(child, ev, "", "x");
	raised("no name", ev);

	SOMDObject_create_request(echo, ev, child, "told", NULL, (memset(&result, 0, sizeof result), result.argument._type = TC_string, &result), &q, 0);
	Request_invoke(q, ev, 0);
	quiet("told", ev);
	printf("told: %s\n", result.argument._value ? *(char **)result.argument._value : "nothing");
	any_clear(&result.argument, ev);
	Request_destroy(q, ev);

	Context_delete_values(child, ev, "lan*");
	Context_delete_values(child, ev, "lan*");
	raised("deleted twice", ev);
	Context_create_child(child, ev, "innermost", &grandchild);
	Context_destroy(child, ev, 0);
	raised("with one within", ev);
	Context_destroy(grandchild, ev, 0);
	Context_delete(child, ev, 0);
	Context_delete(root, ev, CTX_DELETE_DESCENDENTS);
	quiet("contexts", ev);
}

int main(int argc, char **argv) {
	som_env ev = {0};
	if (argc < 3) return 2;
	typecodes(); /* which need no SOMD_Init */
	SOMD_Init(&ev);
	som_ref server = ORB_string_to_object(SOMD_ORBObject, &ev, argv[1]), echo = ORB_string_to_object(SOMD_ORBObject, &ev, argv[2]);
	som_ref pet = server ? SOMDServer_somdCreateObj(server, &ev, "Pet", "") : NULL;
	if (!pet || !echo) {
		raised("no objects", &ev);
		return 1;
	}
	calls(pet, &ev);
	later(pet, &ev);
	wrong(pet, &ev);
	printf("echo is a proxy: %d\n", SOMDObject_is_proxy(echo, &ev));
	anys(echo, &ev);
	contexts(echo, &ev);
	som_release(pet), som_release(echo), som_release(server);
	const char *kinds[] = {"NVList", "Request", "Context", "SOMDTypeCode"};
	for (int i = 0; i < 4; i++) {
		som_class *c = som_class_registered(kinds[i], &ev);
		printf("%s left: %d\n", kinds[i], (int)som_class_instances(c));
		som_release((som_ref)c);
	}
	SOMD_Uninit(&ev);
	quiet("end", &ev);
	return 0;
}
