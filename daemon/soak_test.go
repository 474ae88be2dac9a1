package daemon_test

func runDaemon() int { return 0 }
