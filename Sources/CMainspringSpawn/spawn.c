void mainspring_placeholder(void) {}
