// Threads of the host that share the blocks of a launch or the rows of a library call.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

// The other libraries use what this one holds.
#pragma GCC visibility push(default)

namespace simgpu {

class WorkerPool {
public:
    static WorkerPool& shared();
    ~WorkerPool();

    unsigned size() const { return static_cast<unsigned>(threads_.size()) + 1; }
    // Runs work(worker) once on every thread of the pool and on the caller, and returns when all are done.
    void run(const std::function<void(unsigned)>& work);
    // Calls item(i) for all i below count, in increasing order on each thread; item must not throw.
    void for_each(uint64_t count, const std::function<void(uint64_t)>& item);

private:
    explicit WorkerPool(unsigned threads);
    void serve(unsigned worker);

    std::vector<std::thread> threads_;
    std::mutex mutex_;
    std::condition_variable started_, finished_;
    const std::function<void(unsigned)>* work_ = nullptr;
    uint64_t round_ = 0;
    unsigned busy_ = 0;
    bool closing_ = false;
};

}  // namespace simgpu

#pragma GCC visibility pop
