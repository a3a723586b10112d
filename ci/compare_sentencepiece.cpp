// Trains SentencePiece's unigram model on a text and prints its bytes per token: what `tandem train unigram` is held
// against. Built and run by ci/compare_sentencepiece.sh.
#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: %s TEXT PIECES FOLDER [TEXT...]\n", argv[0]);
    return 2;
  }
  for (const bool within_words : {false, true}) {
    const std::string prefix = std::string(argv[3]) + (within_words ? "/within_words" : "/across_words");
    const std::string limits = within_words ? ""
                                            : " --split_by_whitespace=false --split_by_unicode_script=false"
                                              " --split_by_number=false";
    const auto start = std::chrono::steady_clock::now();
    const auto status = sentencepiece::SentencePieceTrainer::Train(
        "--model_type=unigram --character_coverage=1.0 --normalization_rule_name=identity --add_dummy_prefix=false"
        " --remove_extra_whitespaces=false --max_sentence_length=100000 --max_sentencepiece_length=32 --num_threads=2"
        " --minloglevel=2 --input=" +
        std::string(argv[1]) + " --vocab_size=" + argv[2] + " --model_prefix=" + prefix + limits);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    sentencepiece::SentencePieceProcessor processor;
    if (!status.ok() || !processor.Load(prefix + ".model").ok()) {
      std::fprintf(stderr, "SentencePiece: %s\n", status.ToString().c_str());
      return 1;
    }
    std::printf("SentencePiece, pieces %s words: trained in %.1f s\n", within_words ? "within" : "across",
                seconds.count());
    for (int i = 1; i < argc; i += i == 1 ? 3 : 1) {
      std::ifstream file(argv[i], std::ios::binary);
      std::size_t bytes = 0;
      std::size_t tokens = 0;
      std::vector<int> ids;
      // It takes lines without their breaks, which are not counted on either side.
      for (std::string line; std::getline(file, line); bytes += line.size(), tokens += ids.size()) {
        processor.Encode(line, &ids).IgnoreError();
      }
      std::printf("  %s: %.4f bytes per token\n", argv[i], static_cast<double>(bytes) / static_cast<double>(tokens));
    }
  }
  return 0;
}
