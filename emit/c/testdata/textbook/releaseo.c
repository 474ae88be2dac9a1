/* A client of the first release, which is not compiled again for the second. */
#include <stack.h>

int main(void)
{
	Environment *ev = somGetGlobalEnvironment();
	somEnvironmentNew();
	Stack *s = StackNew();
	for (int i = 1; i <= 5; i++)
		_push(s, ev, i * i);
	somPrintf("size %ld, ", _size(s, ev));
	somPrintf("pop %ld, ", _pop(s, ev));
	somPrintf("size %ld\n", _size(s, ev));
	fprintf(stderr, "instance %ld, of %s\n", _somGetInstanceSize(_Stack), _somGetName(_somGetParent(_Stack)));
	_somFree(s);
	return 0;
}
