/* animal.c: this file is yours: dsom idl build adds functions that are new and keeps heads up to date; bodies it never touches. */
#include "animal.ih.h"

/* Zoo::Animal::legs: long legs()
 * How many it has. */
static int32_t Zoo_Animal_do_legs(som_ref self, som_env *ev)
{
	Zoo_Animal_instance *data = Zoo_Animal_data(self);
	som_not_written(ev, "Zoo::Animal::legs is not written yet");
	(void)data, (void)self, (void)ev;
	return 0;
}

/* Zoo::Animal::speak: string speak(in short volume) raises (Tired, Asleep) */
static char *Zoo_Animal_do_speak(som_ref self, som_env *ev, int16_t volume)
{
	Zoo_Animal_instance *data = Zoo_Animal_data(self);
	som_not_written(ev, "Zoo::Animal::speak is not written yet");
	(void)data, (void)self, (void)ev, (void)volume;
	return NULL;
}

/* Zoo::Animal::eat: boolean eat(in Meal what, inout long grams, out string left) */
static uint8_t Zoo_Animal_do_eat(som_ref self, som_env *ev, const Zoo_Meal *what, int32_t *grams, char **left)
{
	Zoo_Animal_instance *data = Zoo_Animal_data(self);
	som_not_written(ev, "Zoo::Animal::eat is not written yet");
	(void)data, (void)self, (void)ev, (void)what, (void)grams, (void)left;
	return 0;
}

/* Zoo::Animal::where: Place where(in Place from, in Diet diet) */
static void Zoo_Animal_do_where(som_ref self, som_env *ev, const Zoo_Place *from, Zoo_Diet diet, Zoo_Place *result)
{
	Zoo_Animal_instance *data = Zoo_Animal_data(self);
	som_not_written(ev, "Zoo::Animal::where is not written yet");
	(void)data, (void)self, (void)ev, (void)from, (void)diet, (void)result;
}

/* Zoo::Animal::tags: Tags tags(in sequence<long> which, in Grid cells) */
static void Zoo_Animal_do_tags(som_ref self, som_env *ev, const som_seq_long *which, Zoo_Grid cells, Zoo_Tags *result)
{
	Zoo_Animal_instance *data = Zoo_Animal_data(self);
	som_not_written(ev, "Zoo::Animal::tags is not written yet");
	(void)data, (void)self, (void)ev, (void)which, (void)cells, (void)result;
}

/* Zoo::Animal::rename: void rename(inout string text, inout Tag tag) */
static void Zoo_Animal_do_rename(som_ref self, som_env *ev, char **text, Zoo_Tag *tag)
{
	Zoo_Animal_instance *data = Zoo_Animal_data(self);
	som_not_written(ev, "Zoo::Animal::rename is not written yet");
	(void)data, (void)self, (void)ev, (void)text, (void)tag;
}

/* Zoo::Animal::same: Animal same() */
static som_ref Zoo_Animal_do_same(som_ref self, som_env *ev)
{
	Zoo_Animal_instance *data = Zoo_Animal_data(self);
	som_not_written(ev, "Zoo::Animal::same is not written yet");
	(void)data, (void)self, (void)ev;
	return NULL;
}

/* Zoo::Animal::sum: long long sum(in octet a, in unsigned short b, in long long c, in float d, in double e, in char f) */
static int64_t Zoo_Animal_do_sum(som_ref self, som_env *ev, uint8_t a, uint16_t b, int64_t c, float d, double e, char f)
{
	Zoo_Animal_instance *data = Zoo_Animal_data(self);
	som_not_written(ev, "Zoo::Animal::sum is not written yet");
	(void)data, (void)self, (void)ev, (void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
	return 0;
}

/* Zoo::Animal::somPrintSelf: overrides SOMObject::somPrintSelf, SOMObject somPrintSelf() */
static som_ref Zoo_Animal_do_somPrintSelf(som_ref self, som_env *ev)
{
	Zoo_Animal_instance *data = Zoo_Animal_data(self);
	(void)data;
	return Zoo_Animal_parent_SOMObject_somPrintSelf(self, ev);
}

/* Zoo::Animal::somDefaultInit: begins an object, when its ancestors have. */
static void Zoo_Animal_do_somDefaultInit(som_ref self, som_env *ev)
{
	Zoo_Animal_instance *data = Zoo_Animal_data(self);
	(void)data, (void)self, (void)ev;
}

/* Zoo::Animal::somDestruct: ends an object, before its ancestors do. */
static void Zoo_Animal_do_somDestruct(som_ref self)
{
	Zoo_Animal_instance *data = Zoo_Animal_data(self);
	(void)data, (void)self;
}
