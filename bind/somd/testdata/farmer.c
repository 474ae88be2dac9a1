/* A client of Barn::Hay in C, which says what it gets, and what is left of it. Where the class is it does not know, but for what it is told
   to do: "all" is the same wherever. */
#include "barn.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static som_env ev;

static int raised(const char *what) {
	if (ev.major == SOM_NO_EXCEPTION) return 0;
	printf("%s: %s %s\n", what, ev.id, ev.text ? ev.text : "");
	som_env_clear(&ev);
	return 1;
}

static void tag(const char *what, const Barn_Tag *t) {
	if (!raised(what)) printf("%s: %d %s\n", what, (int)t->id, t->text);
}

/* One of each call. What is the hay's is not ended here, and what was given is not either. */
static void all(som_ref o, int say) {
	Barn_Texts texts = {0};
	Barn_Tag own = {0}, shown = {0}, best = {0}, better = {5, (char *)"better"}, food = {8, som_string_copy("a tag to eat")};
	const char *first = Barn_Hay_name(o, &ev, 0), *second = Barn_Hay_name(o, &ev, 1);
	Barn_Hay_texts(o, &ev, &texts);
	Barn_Hay_tag(o, &ev, &own);
	char *s = som_string_copy("what the farmer gives");
	Barn_Hay_both(o, &ev, &s, &shown);
	Barn_Hay_get_best(o, &ev, &best);
	if (say && !raised("all")) {
		printf("names: %s, %s\ntexts: %u %s, %s\n", first, second, (unsigned)texts._length, texts._buffer[0], texts._buffer[1]);
		tag("own", &own);
		printf("both: %s\n", s);
		tag("shown", &shown);
		tag("best", &best);
	}
	Barn_Tag mine = {20, som_string_copy("the farmer's own")}, t = mine;
	const char *dual = Barn_Hay_dual(o, &ev, &t, "lent");
	if (say) {
		tag("dual", &t);
		printf("and %s\n", dual);
	}
	Barn_Tag_clear(&mine);
	Barn_Texts meal = {0};
	Barn_Texts_resize(&meal, 2);
	meal._buffer[0] = som_string_copy("eaten first");
	meal._buffer[1] = som_string_copy("eaten last");
	Barn_Hay_eat(o, &ev, som_string_copy("eaten by the hay"), &food, &meal);
	first = Barn_Hay_name(o, &ev, 0);
	Barn_Hay_texts(o, &ev, &texts);
	Barn_Hay_tag(o, &ev, &own);
	if (say && !raised("after")) {
		printf("after: %s, %s\n", first, texts._buffer[1]);
		tag("own", &own);
	}
	Barn_Hay_set_best(o, &ev, &better);
	Barn_Hay_get_best(o, &ev, &best);
	if (say) tag("best", &best);
	som_ref other = Barn_Hay_new(&ev);
	Barn_Hay_set_buddy(o, &ev, other);
	som_ref buddy = Barn_Hay_get_buddy(o, &ev), again = Barn_Hay_get_buddy(o, &ev);
	if (say) printf("buddy: %d, the same: %d\n", buddy != NULL, buddy == again);
	Barn_Hay_get_best(buddy, &ev, &best);
	if (say) tag("buddy's best", &best);
	Barn_Hay_taken(o, &ev, other); /* with the farmer's reference */
	if (say) printf("held: %d\n", (int)Barn_Hay_held(o, &ev));
	Barn_Hay_taken(o, &ev, NULL);
	if (say) printf("held: %d\n", (int)Barn_Hay_held(o, &ev));
	Barn_Hay_set_buddy(o, &ev, NULL);
	raised("the end");
}

/* What an attribute returns stays where it is until the attribute has another, and so do names. */
static void stays(som_ref o) {
	Barn_Tag first = {0}, next = {0};
	Barn_Hay_get_best(o, &ev, &first);
	const char *name = Barn_Hay_name(o, &ev, 0), *second = Barn_Hay_name(o, &ev, 1);
	int same = 1;
	for (int i = 0; i < 200; i++) {
		Barn_Hay_get_best(o, &ev, &next);
		same &= next.text == first.text && Barn_Hay_name(o, &ev, 0) == name && Barn_Hay_name(o, &ev, 1) == second;
	}
	raised("stays");
	printf("stays: %d %s, %s\n", same, first.text, name);
}

static void address(const char *what, const Barn_Address *a) {
	printf("%s: %s %s %s %s %s %d %g %d %lld %d (%d %s) %u %s %u %d\n", what, a->name, a->street, a->city, a->zip, a->country, (int)a->age, a->salary, (int)a->active,
	       (long long)a->id, (int)a->kids, (int)a->tag.id, a->tag.text, (unsigned)a->notes._length, a->notes._buffer[1], (unsigned)a->photo._length, a->photo._buffer[2]);
}

static void find(som_ref o) {
	char *notes[] = {(char *)"one", (char *)"two"};
	uint8_t photo[] = {1, 2, 250};
	Barn_Address like = {(char *)"Ada", (char *)"Byron Row 1", (char *)"London", (char *)"W1", (char *)"England", 36, 1.5, 1, 3, 2, {4, (char *)"a tag"}, {2, 2, notes}, {3, 3, photo}}, got = {0};
	Barn_Tag t = {77, som_string_copy("goes in")};
	Barn_Hay_find(o, &ev, &like, &t, &got);
	if (!raised("find")) {
		address("find", &got);
		tag("find's", &t);
		Barn_Address_clear(&got);
	}
	like.age = -1;
	Barn_Hay_find(o, &ev, &like, &t, &got);
	if (Barn_Unknown_raised(&ev)) {
		address("unknown", &Barn_Unknown_value(&ev)->where);
		printf("%s\n", Barn_Unknown_value(&ev)->why);
		som_env_clear(&ev);
	} else
		raised("unknown");
	Barn_Tag_clear(&t);
}

static void tree(som_ref o) {
	Barn_Tree root = {(char *)"a root", {0, 0, NULL}}, got = {0};
	Barn_Hay_tree(o, &ev, &root, &got);
	if (!raised("tree")) {
		printf("tree: %s\n", got.name);
		Barn_Tree_clear(&got);
	}
}

/* rest returns before it is over: it ends when another rest has begun. */
static void rest(som_ref o) {
	const struct timespec moment = {0, 1000000};
	Barn_Hay_rest(o, &ev, -1);
	raised("rest");
	Barn_Hay_rest(o, &ev, 0);
	raised("rest");
	int32_t ms = 0;
	for (int i = 0; i < 30000 && !ms; i++) {
		ms = Barn_Hay_rested(o, &ev);
		nanosleep(&moment, NULL);
	}
	raised("rested");
	printf("rested: %d\n", (int)ms);
}

int main(int argc, char **argv) {
	som_ref o = Barn_Hay_new(&ev);
	if (raised("new")) return 1;
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "all")) {
			all(o, 1);
			stays(o);
			find(o);
			int64_t there = 0, here = 0;
			for (int n = 0; n < 600; n++) {
				if (n == 200) there = Barn_Hay_used(o, &ev), here = (int64_t)mallinfo2().uordblks;
				all(o, 0);
			}
			there = Barn_Hay_used(o, &ev) - there, here = (int64_t)mallinfo2().uordblks - here;
			printf("living: %d\n", (int)Barn_Hay_living(o, &ev));
			raised("living");
			if (there > 400 * 20 || here > 400 * 20) printf("in 400 rounds %lld octets are gone there, %lld here\n", (long long)there, (long long)here);
		}
		if (!strcmp(argv[i], "tree")) tree(o);
		if (!strcmp(argv[i], "rest")) rest(o);
	}
	som_release(o);
	return 0;
}
