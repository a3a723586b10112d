#include "program/run_program.hpp"

int main(int argc, char** argv) { return tandem::program::run_program(argc, argv); }
