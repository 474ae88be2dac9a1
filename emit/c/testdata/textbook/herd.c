#define Herd_Class_Source
#include <herd.ih>

SOM_Scope void SOMLINK herd_add(Herd *somSelf, Environment *ev, Head *one)
{
	HerdData *somThis = HerdGetData(somSelf);
	(void)ev;
	if (!_heads._buffer) {
		_heads._buffer = (Head *)SOMCalloc(most, sizeof(Head));
		_heads._maximum = most;
	}
	SOM_Test(sequenceLength(_heads) < sequenceMaximum(_heads));
	sequenceElement(_heads, _heads._length) = *one;
	_heads._length++;
}

SOM_Scope Heads SOMLINK herd_all(Herd *somSelf, Environment *ev)
{
	HerdData *somThis = HerdGetData(somSelf);
	(void)ev;
	return _heads;
}

SOM_Scope Head SOMLINK herd_heaviest(Herd *somSelf, Environment *ev)
{
	HerdData *somThis = HerdGetData(somSelf);
	Head best = sequenceElement(_heads, 0);
	unsigned long i;
	(void)ev;
	for (i = 1; i < sequenceLength(_heads); i++)
		if (sequenceElement(_heads, i).weight > best.weight) best = sequenceElement(_heads, i);
	return best;
}

SOM_Scope _IDL_SEQUENCE_long SOMLINK herd_weights(Herd *somSelf, Environment *ev)
{
	HerdData *somThis = HerdGetData(somSelf);
	sequence(long) s;
	(void)ev;
	s._maximum = s._length = _heads._length;
	s._buffer = (integer4 *)SOMMalloc(s._length * sizeof(integer4));
	for (unsigned i = 0; i < s._length; i++) s._buffer[i] = _heads._buffer[i].weight;
	return s;
}

SOM_Scope long SOMLINK herd_total(Herd *somSelf, Environment *ev, _IDL_SEQUENCE_long *of)
{
	long sum = 0;
	(void)somSelf, (void)ev;
	for (unsigned i = 0; i < of->_length; i++) sum += sequenceElement(*of, i);
	return sum;
}

SOM_Scope void SOMLINK herd_weigh(Herd *somSelf, Environment *ev, Weights three, long *sum, Weights each)
{
	(void)somSelf, (void)ev;
	*sum = 0;
	for (int i = 0; i < 3; i++) {
		*sum += three[i];
		each[i] += three[i];
	}
}

SOM_Scope void SOMLINK herd_rename(Herd *somSelf, Environment *ev, Name from, string to)
{
	HerdData *somThis = HerdGetData(somSelf);
	(void)ev;
	for (unsigned i = 0; i < _heads._length; i++)
		if (strcmp(_heads._buffer[i].name, from) == 0) _heads._buffer[i].name = to;
}

SOM_Scope void SOMLINK herd_tags(Herd *somSelf, Environment *ev, Tag *first, Tag *second)
{
	(void)somSelf, (void)ev;
	second->_d = hen;
	second->_u.letter = (char)('a' + first->_u.number);
}

SOM_Scope void SOMLINK herd_pick(Herd *somSelf, Environment *ev, unsigned long n, Head *one)
{
	HerdData *somThis = HerdGetData(somSelf);
	(void)ev;
	*one = _heads._buffer[n];
}

SOM_Scope Herd *SOMLINK herd_split(Herd *somSelf, Environment *ev, Kind which)
{
	HerdData *somThis = HerdGetData(somSelf);
	Herd *apart = HerdNew();
	unsigned kept = 0;
	for (unsigned i = 0; i < _heads._length; i++)
		if (_heads._buffer[i].kind == which)
			_add(apart, ev, &_heads._buffer[i]);
		else
			_heads._buffer[kept++] = _heads._buffer[i];
	_heads._length = kept;
	return apart;
}

SOM_Scope Herd_Head SOMLINK flock_heaviest(Flock *somSelf, Environment *ev)
{
	Herd_Head h = parent_Herd_heaviest(somSelf, ev);
	h.weight *= 2;
	return h;
}

SOM_Scope long SOMLINK flock_total(Flock *somSelf, Environment *ev, _IDL_SEQUENCE_long *of)
{
	return 1000 + Flock_parents_total(somSelf, ev, of);
}
