def run(f,s): return 1
