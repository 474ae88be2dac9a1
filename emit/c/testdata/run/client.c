/* A client of both libraries, which it knows by their headers alone. */
#include "dog.h"

#include <stdio.h>

int client_of_another_unit(som_ref o);

static void say(som_env *ev, som_ref o, int16_t volume) {
	char *text = Zoo_Animal_speak(o, ev, volume);
	if (Zoo_Tired_raised(ev))
		printf("tired: %d, %s\n", Zoo_Tired_value(ev)->left, Zoo_Tired_value(ev)->why);
	else if (Zoo_Asleep_raised(ev))
		printf("asleep: %s\n", ev->id);
	else
		printf("says %s\n", text);
	som_deallocate(text);
	som_env_clear(ev);
}

static void values(som_env *ev, som_ref o) {
	Zoo_Meal meal;
	int32_t grams = 150;
	char *left = NULL;
	memset(&meal, 0, sizeof meal);
	meal._d = Zoo_plants;
	meal._u.plant = som_string_copy("clover");
	printf("eat %d", Zoo_Animal_eat(o, ev, &meal, &grams, &left));
	printf(" grams %d left %s meals %d\n", grams, left, Zoo_Animal_get_meals(o, ev));
	som_deallocate(left);
	Zoo_Meal_clear(&meal);
	meal._d = Zoo_anything;
	meal._u.other = 2.5;
	Zoo_Animal_eat(o, ev, &meal, &grams, &left);
	printf("grams %d\n", grams);

	Zoo_Place from = {10, 20}, at;
	Zoo_Animal_where(o, ev, &from, Zoo_anything, &at);
	printf("at %d,%d\n", at.x, at.y);

	int32_t which[] = {3, 5};
	som_seq_long some = {2, 2, which};
	Zoo_Grid grid = {{1, 2, 3}, {4, 5, 6}};
	Zoo_Tags tags;
	Zoo_Animal_tags(o, ev, &some, grid, &tags);
	for (uint32_t i = 0; i < tags._length; i++)
		printf("%s at %d\n", tags._buffer[i].text, tags._buffer[i].at.x);
	Zoo_Animal_set_tag(o, ev, &tags._buffer[1]);
	som_seq_Zoo_Tag_clear(&tags);

	Zoo_Tag tag, copy;
	Zoo_Animal_get_tag(o, ev, &tag);
	printf("tag %s, copied: %d", tag.text, Zoo_Tag_copy(&copy, &tag));
	printf(" %s\n", copy.text);
	char *text = som_string_copy("Rex");
	Zoo_Animal_rename(o, ev, &text, &copy);
	printf("was %s is %s tag %s\n", text, Zoo_Animal_get_name(o, ev), copy.text);
	som_deallocate(text);
	Zoo_Tag_clear(&copy);

	Zoo_Animal_set_grid(o, ev, grid);
	memset(grid, 0, sizeof grid);
	Zoo_Animal_get_grid(o, ev, grid);
	printf("grid %d same %d sum %lld\n", grid[1][2], Zoo_Animal_same(o, ev) == o, (long long)Zoo_Animal_sum(o, ev, 1, 2, 3000000000, 4.5f, 5.5, 'a'));
	printf("%s %g %d %d\n", Zoo_KINGDOM[0] == 'A' ? "Animalia" : "", Zoo_RATE, Zoo_LEGS, Zoo_MANY == UINT64_MAX);
}

int main(void) {
	som_env ev;
	memset(&ev, 0, sizeof ev);
	som_ref dog = Dog_new(&ev);
	if (!dog) {
		printf("no dog: %s\n", ev.text);
		return 1;
	}
	printf("described %d\n", som_class_describe(som_class_of(dog))->typelib != NULL);
	printf("%d is, %d is not, %d by another unit\n", Zoo_Animal_is(dog), Swimmer_is(dog), client_of_another_unit(dog));
	printf("legs %d born %d count %d trick %d\n", Dog_legs(dog, &ev), *Dog_born(), Dog_count(), Dog_trick(dog, &ev, 12));
	som_value n, square;
	memset(&n, 0, sizeof n);
	n.i = 9;
	printf("invoked %d", som_invoke(dog, "trick", &n, 1, &square, &ev));
	printf(" %d\n", square.i);
	Dog_bark(dog, &ev, 30);
	printf("age %d scale %g\n", Dog_age(dog, &ev), Dog_scale(dog, &ev, 0.5));
	say(&ev, dog, 3);
	say(&ev, dog, 13);
	say(&ev, dog, -1);
	values(&ev, dog);

	som_ref pup = Dog_new_called(&ev, "Pup", 5);
	printf("%s %d\n", Dog_get_name(pup, &ev), Dog_get_loudness(pup, &ev));
	Dog_set_friend(dog, &ev, pup);
	som_release(pup);
	som_ref twin = som_copy(dog, &ev);
	Dog_set_name(dog, &ev, "Old");
	som_ref other = Dog_get_friend(twin, &ev);
	printf("twin %s, friend %s\n", Dog_get_name(twin, &ev), Dog_get_name(other, &ev));
	som_assign(twin, dog, &ev);
	printf("assigned %s\n", Dog_get_name(twin, &ev));
	som_release(twin);
	printf("loud: %d", Dog_new_called(&ev, "Loud", 100) != NULL);
	printf(" %s\n", Zoo_Tired_raised(&ev) ? Zoo_Tired_value(&ev)->why : "");
	som_env_clear(&ev);

	som_ref otter = Otter_new(&ev);
	Otter_dive(otter, &ev, 21);
	printf("otter %d deep, %d legs, swims %d\n", Swimmer_depth(Swimmer_cast(otter), &ev), Otter_legs(otter, &ev), Swimmer_is(otter));
	say(&ev, otter, 0);
	som_release(otter);
	som_release(dog);
	printf("left %d %d\n", (int)som_class_instances(Dog_class(&ev)), (int)som_class_instances(Otter_class(&ev)));
	Otter_unbind();
	Swimmer_unbind();
	Zoo_Animal_unbind();
	som_class *c = Dog_class(&ev);
	Dog_unbind();
	c = som_class_named("Dog", &ev);
	printf("unloaded %d\n", som_class_unload(c, &ev) == SOM_OK);
	return ev.major != SOM_NO_EXCEPTION;
}
