package process

// ReadStat is readStat for the file of a path; Others is others for the folder of a process's threads.
var (
	ReadStat = func(path string) error { _, err := readStat(path); return err }
	Others   = others
)
