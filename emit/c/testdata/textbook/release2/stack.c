#define Stack_Class_Source
#include <stack.ih>
static integer4 *count(SOMObject *o) { return &Container_data(o)->n; }
SOM_Scope long SOMLINK container_size(Container *somSelf, Environment *ev)
{
	ContainerData *somThis = ContainerGetData(somSelf);
	(void)ev;
	return _n;
}
SOM_Scope void SOMLINK stack_push(Stack *somSelf, Environment *ev, long n)
{
	StackData *somThis = StackGetData(somSelf);
	(void)ev;
	if (*count(somSelf) < 64) _slots[(*count(somSelf))++] = (integer4)n;
}
SOM_Scope long SOMLINK stack_peek(Stack *somSelf, Environment *ev)
{
	StackData *somThis = StackGetData(somSelf);
	(void)ev;
	return *count(somSelf) > 0 ? _slots[*count(somSelf) - 1] : -1;
}
SOM_Scope long SOMLINK stack_pop(Stack *somSelf, Environment *ev)
{
	long n = stack_peek(somSelf, ev);
	if (*count(somSelf) > 0) (*count(somSelf))--;
	return n;
}
