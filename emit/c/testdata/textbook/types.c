/* Structures, sequences, arrays, enumerations and unions, there and back. */
#include <herd.h>

static char names[][8] = {"Berta", "Max", "Henny"};

int main(void)
{
	Environment *ev = somGetGlobalEnvironment();
	Herd *herd, *goats;
	Head one, *at;
	Heads all;
	_IDL_SEQUENCE_long weights;
	Weights three = {1, 2, 3}, each = {10, 20, 30};
	Tag first, second;
	integer4 sum;
	Name old = "Max";
	char kid[] = "Moritz";
	unsigned long i;
	somEnvironmentNew();
	herd = FlockNew();
	for (i = 0; i < 3; i++) {
		one.kind = (Kind)(cow + i);
		one.name = names[i];
		one.weight = (integer4)(700 / (i + 1));
		_add(herd, ev, &one);
	}
	__set_leader(herd, ev, &one);
	one = __get_leader(herd, ev);
	somPrintf("led by %s\n", one.name);
	_rename(herd, ev, old, kid);
	all = _all(herd, ev);
	somPrintf("%s%lu of %lu:", greeting, (unsigned long)sequenceLength(all), (unsigned long)sequenceMaximum(all));
	for (i = 0; i < sequenceLength(all); i++) {
		at = &sequenceElement(all, i);
		somPrintf(" %s %ld", at->name, (long)at->weight);
	}
	one = _heaviest(herd, ev);
	somPrintf("\nheaviest %s %ld\n", one.name, (long)one.weight);
	weights = _weights(herd, ev);
	somPrintf("total %ld\n", (long)_total(herd, ev, &weights));
	SOMFree(weights._buffer);
	_weigh(herd, ev, three, &sum, each);
	somPrintf("sum %ld, each %ld %ld %ld\n", (long)sum, (long)each[0], (long)each[1], (long)each[2]);
	first._d = cow;
	first._u.number = 2;
	_tags(herd, ev, &first, &second);
	somPrintf("tag %d %c\n", second._d == hen, second._u.letter);
	goats = _split(herd, ev, goat);
	_pick(goats, ev, 0, &one);
	all = _all(herd, ev);
	somPrintf("%s is gone, %lu are left\n", one.name, (unsigned long)all._length);
	_somFree(goats);
	_somFree(herd);
	return 0;
}
