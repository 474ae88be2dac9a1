/* odd.c: a class whose initializer is given what the object keeps, and methods of structures that hold each other. */
#include "odd.ih.h"

static void Odd_Keeper_do_keeping(som_ref self, som_env *ev, som_making *making, const char *text, som_ref what) {
	Odd_Keeper_instance *data = Odd_Keeper_data(self);
	Odd_Keeper_enter_parents(making, ev);
	if (strcmp(text, "refused") == 0) {
		Odd_Refused_raise(ev, "it is the wrong text");
		som_deallocate((void *)text); /* it was given all the same */
		som_release(what);
		return;
	}
	data->kept = (char *)text;
	data->held = what;
}

static const char *Odd_Keeper_do_text(som_ref self, som_env *ev) {
	(void)ev;
	return Odd_Keeper_data(self)->kept;
}

static som_ref Odd_Keeper_do_what(som_ref self, som_env *ev) {
	(void)ev;
	return Odd_Keeper_data(self)->held;
}

static int32_t Odd_Keeper_do_sum(som_ref self, som_env *ev, const Odd_Branch *of) {
	int32_t sum = 0;
	for (uint32_t i = 0; i < of->nodes._length; i++)
		sum += of->nodes._buffer[i].value + Odd_Keeper_do_sum(self, ev, &of->nodes._buffer[i].below);
	return sum;
}

static void Odd_Keeper_do_grown(som_ref self, som_env *ev, int32_t deep, Odd_Branch *result) {
	memset(result, 0, sizeof *result);
	if (deep <= 0) return;
	result->nodes._buffer = som_allocate(sizeof *result->nodes._buffer);
	if (!result->nodes._buffer) return;
	result->nodes._maximum = result->nodes._length = 1;
	result->nodes._buffer[0].value = deep;
	Odd_Keeper_do_grown(self, ev, deep - 1, &result->nodes._buffer[0].below);
}

static void Odd_Keeper_do_somDestruct(som_ref self) {
	Odd_Keeper_instance *data = Odd_Keeper_data(self);
	som_deallocate(data->kept);
	som_release(data->held);
}
