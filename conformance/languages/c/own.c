/* own.c: the classes of own.idl. */
#include "own.ih.h"

#include <stdio.h>
#include <string.h>

static int64_t Own_Loud_do_speak(som_ref self, som_env *ev, int64_t n) { return Own_Loud_parent_Suite_Thing_speak(self, ev, n) + 100; }
static int64_t Own_Louder_do_speak(som_ref self, som_env *ev, int64_t n) { return Own_Louder_parent_Own_Loud_speak(self, ev, n) * 10; }
static int64_t Own_Raising_do_speak(som_ref self, som_env *ev, int64_t n) {
	(void)n;
	switch (Own_Raising_data(self)->what) {
	case 0: Suite_Refused_raise(ev, -5, "why not \xe2\x82\xac"); break;
	case 1: Suite_Plain_raise(ev); break;
	case 2: som_raise_system(ev, "IDL:omg.org/CORBA/BAD_PARAM:1.0", 9, SOM_COMPLETED_NO, "mine"); break;
	default: som_raise_user(ev, "IDL:Own/Mine:1.0", NULL, NULL);
	}
	return 0;
}

static int64_t Own_Passing_do_speak(som_ref self, som_env *ev, int64_t n) { return Own_Passing_parent_Suite_Thing_speak(self, ev, n); }
static int64_t Own_Deep_do_speak(som_ref self, som_env *ev, int64_t n) {
	return n ? Suite_Caller_ask(Own_Deep_data(self)->caller, ev, self, n - 1, 1) + 1 : Own_Deep_parent_Suite_Thing_speak(self, ev, 1);
}

static int64_t Own_Counting_do_speak(som_ref self, som_env *ev, int64_t n) {
	(void)ev;
	return Own_Counting_data(self)->calls += n;
}

static const char *Own_Marked_do_get_label(som_ref self, som_env *ev) {
	static _Thread_local char shown[64]; /* what is lent */
	snprintf(shown, sizeof shown, "<%s>", Own_Marked_parent_Suite_Thing_get_label(self, ev));
	return shown;
}
static void Own_Marked_do_set_label(som_ref self, som_env *ev, const char *label) {
	char more[64];
	snprintf(more, sizeof more, "%s!", label);
	Own_Marked_parent_Suite_Thing_set_label(self, ev, more);
}
static int32_t Own_Marked_do_get_legs(som_ref self, som_env *ev) {
	(void)self, (void)ev;
	return 3;
}
static int64_t Own_Both_do_speak(som_ref self, som_env *ev, int64_t n) { return Own_Both_parent_Suite_Thing_speak(self, ev, n) + 1; }
static char *Own_Both_do_title(som_ref self, som_env *ev, const char *word) {
	char *title = Own_Both_parent_Suite_Titled_title(self, ev, word);
	size_t n = strlen(title);
	char *more = som_allocate(n + 2);
	if (more) memcpy(more, title, n), memcpy(more + n, "!", 2);
	som_deallocate(title);
	return more;
}
static int64_t Own_Box_do_speak(som_ref self, som_env *ev, int64_t n) {
	return Suite_Thing_speak(Suite_Holder_get_held(self, ev), ev, n) + 1;
}
static int64_t Own_Middle_do_speak(som_ref self, som_env *ev, int64_t n) { return Own_Middle_parent_Suite_Thing_speak(self, ev, n) + 1000; }
static void Own_Given_do_swap_text(som_ref self, som_env *ev, char **s, uint16_t **w) {
	(void)self, (void)ev;
	som_deallocate(*s), som_deallocate(*w);
	*s = som_allocate(1), *w = som_allocate(sizeof **w);
	**s = 0, **w = 0;
}
static void Own_Given_do_turn_person(som_ref self, som_env *ev, const Suite_Person *v, Suite_Person *result) {
	(void)self, (void)ev;
	Suite_Person_copy(result, v);
}
static void Own_Given_do_turn_things(som_ref self, som_env *ev, const Suite_Things *v, Suite_Things *result) {
	(void)self;
	Suite_Things_copy(result, v);
	if (Suite_Things_resize(result, v->_length + 1) == SOM_OK) result->_buffer[v->_length] = Suite_Thing_new(ev);
}
static uint8_t Own_Turning_do_turn_boolean(som_ref self, som_env *ev, uint8_t v) { return Own_Turning_parent_Suite_Types_turn_boolean(self, ev, v); }
static uint8_t Own_Turning_do_turn_octet(som_ref self, som_env *ev, uint8_t v) { return Own_Turning_parent_Suite_Types_turn_octet(self, ev, v); }
static char Own_Turning_do_turn_char(som_ref self, som_env *ev, char v) { return Own_Turning_parent_Suite_Types_turn_char(self, ev, v); }
static uint16_t Own_Turning_do_turn_wchar(som_ref self, som_env *ev, uint16_t v) { return Own_Turning_parent_Suite_Types_turn_wchar(self, ev, v); }
static int16_t Own_Turning_do_turn_short(som_ref self, som_env *ev, int16_t v) { return Own_Turning_parent_Suite_Types_turn_short(self, ev, v); }
static uint16_t Own_Turning_do_turn_ushort(som_ref self, som_env *ev, uint16_t v) { return Own_Turning_parent_Suite_Types_turn_ushort(self, ev, v); }
static int32_t Own_Turning_do_turn_long(som_ref self, som_env *ev, int32_t v) { return Own_Turning_parent_Suite_Types_turn_long(self, ev, v); }
static uint32_t Own_Turning_do_turn_ulong(som_ref self, som_env *ev, uint32_t v) { return Own_Turning_parent_Suite_Types_turn_ulong(self, ev, v); }
static int64_t Own_Turning_do_turn_longlong(som_ref self, som_env *ev, int64_t v) { return Own_Turning_parent_Suite_Types_turn_longlong(self, ev, v); }
static uint64_t Own_Turning_do_turn_ulonglong(som_ref self, som_env *ev, uint64_t v) { return Own_Turning_parent_Suite_Types_turn_ulonglong(self, ev, v); }
static float Own_Turning_do_turn_float(som_ref self, som_env *ev, float v) { return Own_Turning_parent_Suite_Types_turn_float(self, ev, v); }
static double Own_Turning_do_turn_double(som_ref self, som_env *ev, double v) { return Own_Turning_parent_Suite_Types_turn_double(self, ev, v); }
static Suite_Colour Own_Turning_do_turn_colour(som_ref self, som_env *ev, Suite_Colour v) { return Own_Turning_parent_Suite_Types_turn_colour(self, ev, v); }
static char *Own_Turning_do_turn_string(som_ref self, som_env *ev, const char *v) { return Own_Turning_parent_Suite_Types_turn_string(self, ev, v); }
static uint16_t *Own_Turning_do_turn_wstring(som_ref self, som_env *ev, const uint16_t *v) { return Own_Turning_parent_Suite_Types_turn_wstring(self, ev, v); }
static void Own_Turning_do_turn_octets(som_ref self, som_env *ev, const Suite_Octets *v, Suite_Octets *result) { Own_Turning_parent_Suite_Types_turn_octets(self, ev, v, result); }
static void Own_Turning_do_turn_booleans(som_ref self, som_env *ev, const Suite_Booleans *v, Suite_Booleans *result) { Own_Turning_parent_Suite_Types_turn_booleans(self, ev, v, result); }
static void Own_Turning_do_turn_longs(som_ref self, som_env *ev, const Suite_Longs *v, Suite_Longs *result) { Own_Turning_parent_Suite_Types_turn_longs(self, ev, v, result); }
static void Own_Turning_do_turn_doubles(som_ref self, som_env *ev, const Suite_Doubles *v, Suite_Doubles *result) { Own_Turning_parent_Suite_Types_turn_doubles(self, ev, v, result); }
static void Own_Turning_do_turn_strings(som_ref self, som_env *ev, const Suite_Strings *v, Suite_Strings *result) { Own_Turning_parent_Suite_Types_turn_strings(self, ev, v, result); }
static void Own_Turning_do_turn_point(som_ref self, som_env *ev, const Suite_Point *v, Suite_Point *result) { Own_Turning_parent_Suite_Types_turn_point(self, ev, v, result); }
static void Own_Turning_do_turn_person(som_ref self, som_env *ev, const Suite_Person *v, Suite_Person *result) { Own_Turning_parent_Suite_Types_turn_person(self, ev, v, result); }
static void Own_Turning_do_turn_people(som_ref self, som_env *ev, const Suite_People *v, Suite_People *result) { Own_Turning_parent_Suite_Types_turn_people(self, ev, v, result); }
static void Own_Turning_do_turn_tree(som_ref self, som_env *ev, const Suite_Tree *v, Suite_Tree *result) { Own_Turning_parent_Suite_Types_turn_tree(self, ev, v, result); }
static void Own_Turning_do_turn_shape(som_ref self, som_env *ev, const Suite_Shape *v, Suite_Shape *result) { Own_Turning_parent_Suite_Types_turn_shape(self, ev, v, result); }
static void Own_Turning_do_turn_grid(som_ref self, som_env *ev, Suite_Grid v, Suite_Grid result) { Own_Turning_parent_Suite_Types_turn_grid(self, ev, v, result); }
static void Own_Turning_do_turn_pair(som_ref self, som_env *ev, const Suite_Pair v, Suite_Pair result) { Own_Turning_parent_Suite_Types_turn_pair(self, ev, v, result); }
static void Own_Turning_do_turn_things(som_ref self, som_env *ev, const Suite_Things *v, Suite_Things *result) { Own_Turning_parent_Suite_Types_turn_things(self, ev, v, result); }
static som_ref Own_Turning_do_turn_thing(som_ref self, som_env *ev, som_ref v) { return Own_Turning_parent_Suite_Types_turn_thing(self, ev, v); }
static som_ref Own_Turning_do_maybe(som_ref self, som_env *ev, som_ref v) { return Own_Turning_parent_Suite_Types_maybe(self, ev, v); }
static int32_t Own_Turning_do_divide(som_ref self, som_env *ev, int32_t a, int32_t b, int32_t *rest) { return Own_Turning_parent_Suite_Types_divide(self, ev, a, b, rest); }
static void Own_Turning_do_give_basic(som_ref self, som_env *ev, uint8_t *o, int64_t *l, double *d, uint8_t *b, Suite_Colour *c) { Own_Turning_parent_Suite_Types_give_basic(self, ev, o, l, d, b, c); }
static void Own_Turning_do_give_text(som_ref self, som_env *ev, char **s, uint16_t **w) { Own_Turning_parent_Suite_Types_give_text(self, ev, s, w); }
static void Own_Turning_do_give_constructed(som_ref self, som_env *ev, Suite_Point *p, Suite_Longs *n, Suite_Person *who) { Own_Turning_parent_Suite_Types_give_constructed(self, ev, p, n, who); }
static void Own_Turning_do_give_things(som_ref self, som_env *ev, som_ref *a, Suite_Things *more) { Own_Turning_parent_Suite_Types_give_things(self, ev, a, more); }
static void Own_Turning_do_swap_basic(som_ref self, som_env *ev, int32_t *a, double *b, Suite_Colour *c) { Own_Turning_parent_Suite_Types_swap_basic(self, ev, a, b, c); }
static void Own_Turning_do_swap_text(som_ref self, som_env *ev, char **s, uint16_t **w) { Own_Turning_parent_Suite_Types_swap_text(self, ev, s, w); }
static void Own_Turning_do_swap_constructed(som_ref self, som_env *ev, Suite_Point *p, Suite_Longs *n, Suite_Person *who) { Own_Turning_parent_Suite_Types_swap_constructed(self, ev, p, n, who); }
static void Own_Turning_do_swap_things(som_ref self, som_env *ev, som_ref *a, som_ref *b) { Own_Turning_parent_Suite_Types_swap_things(self, ev, a, b); }
