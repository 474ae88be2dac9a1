package daemon

import (
	"fmt"
	"os"
	"os/user"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/svc/implrepo"
)

// describe is how the API shows a server; name tells the names of those that it comes after.
func (d *Daemon) describe(r implrepo.Record, name func(implrepo.UUID) string) admin.Server {
	var after []string
	for _, u := range r.After {
		after = append(after, name(u))
	}
	run, machine := d.sup.Run(r.UUID), ""
	if d.machines != nil {
		at := d.machines.Where(r.UUID, r.On)
		if machine = at.Machine; !at.Here && machine != "" {
			run = admin.Run{State: admin.StateElsewhere}
		}
	}
	return admin.Server{
		On: r.On, Machine: machine,
		Name: r.Name, UUID: r.UUID.String(), Command: r.Command, Dir: r.Dir, Env: r.Env,
		Activation: string(r.Activation), Disabled: r.Disabled,
		StartTimeout: admin.Duration(r.StartTimeout), StopTimeout: admin.Duration(r.StopTimeout), IdleTimeout: admin.Duration(r.IdleTimeout),
		Created: r.Created, User: r.User, After: after, Apart: r.Apart, Most: r.Most, Copies: r.Copies, Choose: string(r.Choose), Alone: r.Alone, Secure: r.IsSecure(),
		Limits: admin.Limits{
			Files: r.Limits.Files, Memory: r.Limits.Memory, FileLen: r.Limits.FileLen, Core: r.Limits.Core, CPUTime: admin.Duration(r.Limits.CPUTime),
			GroupMemory: r.Limits.Group.Memory, GroupCPU: r.Limits.Group.CPU, GroupProcesses: r.Limits.Group.Processes,
		},
		Retry: admin.Retry{Pause: admin.Duration(r.Retry.Pause), MaxPause: admin.Duration(r.Retry.MaxPause), Most: r.Retry.Most},
		Health: admin.Health{
			Every: admin.Duration(r.Health.Every), Within: admin.Duration(r.Health.Within), Bad: r.Health.Bad,
			Object: r.Health.Object, Command: r.Health.Command,
		},
		Upgrade: r.Upgrade, Previous: r.Previous, Run: run,
	}
}

// asRecord is the record of a server that the API is told of.
func asRecord(in admin.Server, after []implrepo.UUID) implrepo.Record {
	return implrepo.Record{
		Name: in.Name, Command: in.Command, Dir: in.Dir, Env: in.Env,
		Activation: implrepo.Activation(in.Activation), Disabled: in.Disabled,
		StartTimeout: time.Duration(in.StartTimeout), StopTimeout: time.Duration(in.StopTimeout), IdleTimeout: time.Duration(in.IdleTimeout),
		User: in.User, After: after, Apart: in.Apart, Most: in.Most, Copies: in.Copies, Choose: implrepo.Balance(in.Choose), Alone: in.Alone, Secure: in.Secure, On: in.On,
		Limits: asLimits(in.Limits), Retry: asRetry(in.Retry), Health: asHealth(in.Health),
	}
}

func asLimits(l admin.Limits) implrepo.Limits {
	return implrepo.Limits{
		Files: l.Files, Memory: l.Memory, FileLen: l.FileLen, Core: l.Core, CPUTime: time.Duration(l.CPUTime),
		Group: implrepo.Group{Memory: l.GroupMemory, CPU: l.GroupCPU, Processes: l.GroupProcesses},
	}
}

func asRetry(r admin.Retry) implrepo.Retry {
	return implrepo.Retry{Pause: time.Duration(r.Pause), MaxPause: time.Duration(r.MaxPause), Most: r.Most}
}

func asHealth(h admin.Health) implrepo.Health {
	return implrepo.Health{Every: time.Duration(h.Every), Within: time.Duration(h.Within), Bad: h.Bad, Object: h.Object, Command: h.Command}
}

// uuids returns the identities of servers by their names.
func (d *Daemon) uuids(c *call, names []string) (all []implrepo.UUID, err error) {
	for _, name := range names {
		rec, err := d.sup.Records().ByName(c.r.Context(), name)
		if err != nil {
			return nil, &admin.Error{Code: admin.CodeInvalid, Message: fmt.Sprintf("what it comes after: %v", err)}
		}
		all = append(all, rec.UUID)
	}
	return all, nil
}

// namer returns what tells a server's name; that of one which is not there any more is its UUID.
func (d *Daemon) namer(c *call) func(implrepo.UUID) string {
	return func(u implrepo.UUID) string {
		rec, err := d.sup.Records().Get(c.r.Context(), u)
		if err != nil {
			return u.String()
		}
		return rec.Name
	}
}

// mayBecome fails if this daemon can start no program under an account: at once, and not when the first call comes.
func mayBecome(name string) error {
	if name == "" {
		return nil
	}
	u, err := user.Lookup(name)
	if err != nil {
		return &implrepo.InvalidError{Field: "user", Reason: err.Error()}
	}
	if os.Geteuid() != 0 && u.Uid != fmt.Sprint(os.Geteuid()) {
		return &implrepo.InvalidError{Field: "user", Reason: fmt.Sprintf("the daemon does not run as root, so that it cannot start a program as %q", name)}
	}
	return nil
}
