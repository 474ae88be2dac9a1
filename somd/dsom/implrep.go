package dsom

import (
	"context"
	"errors"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/svc/somdd/client"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

// ImplRepositoryClass is SOM's ImplRepository: the daemon's servers, to be found, registered, changed and forgotten. It speaks the daemon's protocol, in which
// old programs do the same: who may is the daemon's to say (docs/somdd.md). What returns a status returns that of the daemon; 0 is success.
var ImplRepositoryClass = classOf[implRepository]("ImplRepository", `
	find_impldef o:s/ImplementationDef(string)
	find_impldef_by_alias o:s/ImplementationDef(string)
	find_impldef2
	find_impldef_by_alias2
	find_impldef_by_class v:sp/<ImplementationDef>(string) | ri
	add_impldef I:o/unsigned long(ImplementationDef)
	update_impldef I:o/unsigned long(ImplementationDef)
	delete_impldef I:s/unsigned long(string)
	add_class_to_impldef v:ss/void(string,string)
	remove_class_from_impldef v:ss/void(string,string)
	remove_class_from_all v:s/void(string)
	find_classes_by_impldef v:sp/<string>(string) | ri
	implr_get_impl
	implr_search_impl
	implr_search_class
	implr_update_impl
	find_all_impldefs I:p/unsigned long(out <ImplementationDef>) | ro
	find_all_aliases I:p/unsigned long(out <string>) | ro
	add_class_to_all v:s/void(string)
	add_class_with_properties
`, som.WithVersion(2, 2))

type implRepository struct{ som.Base }

func repository(ctx context.Context) (*client.Repository, error) {
	g, err := current()
	if err != nil {
		return nil, err
	}
	return g.daemon.Repository(ctx)
}

// statusOf is what a call of the daemon came to, as a status where it is one.
func statusOf(err error) (uint32, error) {
	var s *client.StatusError
	if errors.As(err, &s) {
		return uint32(s.Code), nil
	}
	return 0, err
}

// FindImpldef returns the definition of the server with an id, the caller's.
func (o *implRepository) FindImpldef(ctx context.Context, implid string) (som.Object, error) {
	r, err := repository(ctx)
	if err != nil {
		return nil, err
	}
	d, err := r.Find(ctx, implid)
	if err != nil {
		return nil, err
	}
	return newDefinition(d)
}

// FindImpldefByAlias returns the definition of the server of a name.
func (o *implRepository) FindImpldefByAlias(ctx context.Context, alias string) (som.Object, error) {
	r, err := repository(ctx)
	if err != nil {
		return nil, err
	}
	d, err := r.ByAlias(ctx, alias)
	if err != nil {
		return nil, err
	}
	return newDefinition(d)
}

// FindImpldefByClass returns the definitions of the servers that have objects of a class.
func (o *implRepository) FindImpldefByClass(ctx context.Context, class string) ([]som.Object, error) {
	r, err := repository(ctx)
	if err != nil {
		return nil, err
	}
	all, err := r.ByClass(ctx, class)
	if err != nil {
		return nil, err
	}
	return newDefinitions(all)
}

func newDefinitions(all []wire.Definition) ([]som.Object, error) {
	made := make([]som.Object, 0, len(all))
	for _, d := range all {
		x, err := newDefinition(d)
		if err != nil {
			for _, m := range made {
				err = errors.Join(err, m.SOM().Release())
			}
			return nil, err
		}
		made = append(made, x)
	}
	return made, nil
}

// FindAllImpldefs returns the definitions of all servers.
func (o *implRepository) FindAllImpldefs(ctx context.Context) (uint32, []som.Object, error) {
	r, err := repository(ctx)
	if err != nil {
		return 0, nil, err
	}
	all, err := r.All(ctx)
	if err != nil {
		code, err := statusOf(err)
		return code, nil, err
	}
	made, err := newDefinitions(all)
	return 0, made, err
}

// FindAllAliases returns the names of all servers.
func (o *implRepository) FindAllAliases(ctx context.Context) (uint32, []string, error) {
	r, err := repository(ctx)
	if err != nil {
		return 0, nil, err
	}
	all, err := r.All(ctx)
	if err != nil {
		code, err := statusOf(err)
		return code, nil, err
	}
	names := make([]string, len(all))
	for i, d := range all {
		names[i] = d.Alias
	}
	return 0, names, nil
}

func (o *implRepository) give(ctx context.Context, def som.Object, to func(*client.Repository, context.Context, wire.Definition) error) (uint32, error) {
	d, ok := Definition(def)
	if !ok {
		return uint32(wire.BadParm), exc.New(exc.BadParam, exc.MinorWrongType, exc.No, "there is no ImplementationDef of this process")
	}
	r, err := repository(ctx)
	if err != nil {
		return 0, err
	}
	return statusOf(to(r, ctx, d))
}

// AddImpldef registers a server. Where the definition has no id one is made, and set in it.
func (o *implRepository) AddImpldef(ctx context.Context, def som.Object) (uint32, error) {
	if x, ok := Definition(def); ok && x.ID == "" {
		state, _ := som.FindState[implementationDef](def.SOM())
		state.d.ID = wire.NewID().String()
	}
	return o.give(ctx, def, (*client.Repository).Add)
}

// UpdateImpldef changes the definition of the server with its id.
func (o *implRepository) UpdateImpldef(ctx context.Context, def som.Object) (uint32, error) {
	return o.give(ctx, def, (*client.Repository).Update)
}

// DeleteImpldef forgets a server.
func (o *implRepository) DeleteImpldef(ctx context.Context, implid string) (uint32, error) {
	r, err := repository(ctx)
	if err != nil {
		return 0, err
	}
	return statusOf(r.Remove(ctx, implid))
}

// AddClassToImpldef says that a server has objects of a class.
func (o *implRepository) AddClassToImpldef(ctx context.Context, implid, class string) error {
	r, err := repository(ctx)
	if err != nil {
		return err
	}
	return r.AddClass(ctx, implid, class)
}

// AddClassToAll says so of all servers that there are.
func (o *implRepository) AddClassToAll(ctx context.Context, class string) error {
	r, err := repository(ctx)
	if err != nil {
		return err
	}
	return r.AddClassToAll(ctx, class)
}

// RemoveClassFromImpldef takes that back.
func (o *implRepository) RemoveClassFromImpldef(ctx context.Context, implid, class string) error {
	r, err := repository(ctx)
	if err != nil {
		return err
	}
	return r.RemoveClass(ctx, implid, class)
}

// RemoveClassFromAll takes it back for all servers.
func (o *implRepository) RemoveClassFromAll(ctx context.Context, class string) error {
	r, err := repository(ctx)
	if err != nil {
		return err
	}
	return r.RemoveClassFromAll(ctx, class)
}

// FindClassesByImpldef returns the classes whose objects a server has.
func (o *implRepository) FindClassesByImpldef(ctx context.Context, implid string) ([]string, error) {
	r, err := repository(ctx)
	if err != nil {
		return nil, err
	}
	return r.Classes(ctx, implid)
}

// ServerMgrClass is SOM's SOMDServerMgr, by which servers are started and stopped. Statuses are the daemon's; 0 is success.
var ServerMgrClass = classOf[serverMgr]("SOMDServerMgr", `
	somdShutdownServer I:s/unsigned long(string)
	somdStartServer I:s/unsigned long(string)
	somdRestartServer I:s/unsigned long(string)
	somdListServer I:s/unsigned long(string)
	somdDisableServer I:s/unsigned long(string)
	somdEnableServer I:s/unsigned long(string)
	somdIsServerEnabled b:o/boolean(ImplementationDef)
	somdShutdownImpl I:s/unsigned long(string)
`, som.WithVersion(2, 1))

type serverMgr struct{ som.Base }

func (o *serverMgr) call(ctx context.Context, server string, to func(*client.Manager, context.Context, string) error) (uint32, error) {
	g, err := current()
	if err != nil {
		return 0, err
	}
	m, err := g.daemon.Manager(ctx)
	if err != nil {
		return 0, err
	}
	return statusOf(to(m, ctx, server))
}

// SomdShutdownServer stops a server, and returns when it has ended.
func (o *serverMgr) SomdShutdownServer(ctx context.Context, alias string) (uint32, error) {
	return o.call(ctx, alias, (*client.Manager).Stop)
}

// SomdStartServer starts a server, and returns when it takes calls.
func (o *serverMgr) SomdStartServer(ctx context.Context, alias string) (uint32, error) {
	return o.call(ctx, alias, (*client.Manager).Start)
}

// SomdRestartServer stops a server and starts it.
func (o *serverMgr) SomdRestartServer(ctx context.Context, alias string) (uint32, error) {
	return o.call(ctx, alias, (*client.Manager).Restart)
}

// SomdListServer returns 0 if a server runs, and else SOMDERROR_ServerNotFound.
func (o *serverMgr) SomdListServer(ctx context.Context, alias string) (uint32, error) {
	return o.call(ctx, alias, (*client.Manager).List)
}

// SomdDisableServer keeps a server from being started.
func (o *serverMgr) SomdDisableServer(ctx context.Context, alias string) (uint32, error) {
	return o.call(ctx, alias, (*client.Manager).Disable)
}

// SomdEnableServer lets a server be started.
func (o *serverMgr) SomdEnableServer(ctx context.Context, alias string) (uint32, error) {
	return o.call(ctx, alias, (*client.Manager).Enable)
}

// SomdIsServerEnabled reports whether the server of a definition may be started, as the daemon knows it.
func (o *serverMgr) SomdIsServerEnabled(ctx context.Context, impldef som.Object) (bool, error) {
	d, ok := Definition(impldef)
	if !ok {
		return false, exc.New(exc.BadParam, exc.MinorWrongType, exc.No, "there is no ImplementationDef of this process")
	}
	r, err := repository(ctx)
	if err != nil {
		return false, err
	}
	if d.ID != "" {
		d, err = r.Find(ctx, d.ID)
	} else {
		d, err = r.ByAlias(ctx, d.Alias)
	}
	return err == nil && d.Flags&wire.Disabled == 0, err
}

// SomdShutdownImpl stops the server with an id.
func (o *serverMgr) SomdShutdownImpl(ctx context.Context, implid string) (uint32, error) {
	return o.call(ctx, implid, (*client.Manager).StopID)
}
