// A peer lives as long as the test run that started it: when that dies, however it dies, standard input closes.
process.stdin.on('end', () => process.exit(0)).resume();
