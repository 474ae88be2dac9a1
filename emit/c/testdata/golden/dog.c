/* dog.c: this file is yours: dsom idl build adds functions that are new and keeps heads up to date; bodies it never touches. */
#include "dog.ih.h"

/* Swimmer::depth: long depth() */
static int32_t Swimmer_do_depth(som_ref self, som_env *ev)
{
	Swimmer_instance *data = Swimmer_data(self);
	som_not_written(ev, "Swimmer::depth is not written yet");
	(void)data, (void)self, (void)ev;
	return 0;
}

/* Swimmer::dive: void dive(in long to) */
static void Swimmer_do_dive(som_ref self, som_env *ev, int32_t to)
{
	Swimmer_instance *data = Swimmer_data(self);
	som_not_written(ev, "Swimmer::dive is not written yet");
	(void)data, (void)self, (void)ev, (void)to;
}

/* Dog::bark: void bark(in short volume)
 * The louder the nearer. */
static void dog_bark(som_ref self, som_env *ev, int16_t volume)
{
	Dog_instance *data = Dog_data(self);
	som_not_written(ev, "Dog::bark is not written yet");
	(void)data, (void)self, (void)ev, (void)volume;
}

/* Dog::age: long age() */
static int32_t dog_age(som_ref self, som_env *ev)
{
	Dog_instance *data = Dog_data(self);
	som_not_written(ev, "Dog::age is not written yet");
	(void)data, (void)self, (void)ev;
	return 0;
}

/* Dog::count: long count() */
static int32_t dog_count(void)
{
	som_not_written(NULL, "Dog::count is not written yet");
	return 0;
}

/* Dog::scale: double scale(in double by) */
static double dog_scale(som_ref self, som_env *ev, double by)
{
	Dog_instance *data = Dog_data(self);
	som_not_written(ev, "Dog::scale is not written yet");
	(void)data, (void)self, (void)ev, (void)by;
	return 0;
}

/* Dog::trick: long trick(in long n) */
static int32_t dog_trick(som_ref self, som_env *ev, int32_t n)
{
	Dog_instance *data = Dog_data(self);
	som_not_written(ev, "Dog::trick is not written yet");
	(void)data, (void)self, (void)ev, (void)n;
	return 0;
}

/* Dog::called: void called(inout somInitCtrl ctrl, in string name, in short loudness) */
static void dog_called(som_ref self, som_env *ev, som_making *making, const char *name, int16_t loudness)
{
	Dog_instance *data = Dog_data(self);
	Dog_enter_parents(making, ev); /* or initializers of theirs */
	(void)data, (void)self, (void)ev, (void)making, (void)name, (void)loudness;
}

/* Dog::legs: overrides Zoo::Animal::legs, long legs() */
static int32_t dog_legs(som_ref self, som_env *ev)
{
	Dog_instance *data = Dog_data(self);
	(void)data;
	return Dog_parent_Zoo_Animal_legs(self, ev);
}

/* Dog::speak: overrides Zoo::Animal::speak, string speak(in short volume) raises (Tired, Asleep) */
static char *dog_speak(som_ref self, som_env *ev, int16_t volume)
{
	Dog_instance *data = Dog_data(self);
	(void)data;
	return Dog_parent_Zoo_Animal_speak(self, ev, volume);
}

/* Dog::somDefaultInit: begins an object, when its ancestors have. */
static void dog_somDefaultInit(som_ref self, som_env *ev)
{
	Dog_instance *data = Dog_data(self);
	(void)data, (void)self, (void)ev;
}

/* Dog::dog_class_made: is called when the class is made. */
static void dog_class_made(som_class *c)
{
	(void)c;
}

/* Otter::speak: overrides Zoo::Animal::speak, string speak(in short volume) raises (Tired, Asleep) */
static char *otter_speak(som_ref self, som_env *ev, int16_t volume)
{
	return Otter_parent_Dog_speak(self, ev, volume);
}

/* Otter::dive: overrides Swimmer::dive, void dive(in long to) */
static void otter_dive(som_ref self, som_env *ev, int32_t to)
{
	Otter_parent_Swimmer_dive(self, ev, to);
}
