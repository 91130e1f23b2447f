#include "worker_pool.h"

#include <atomic>
#include <cstdlib>

namespace simgpu {
namespace {

unsigned thread_count() {
    const char* wanted = std::getenv("SIMGPU_THREADS");
    unsigned count = wanted == nullptr ? std::thread::hardware_concurrency()
                                       : static_cast<unsigned>(std::strtoul(wanted, nullptr, 10));
    return count < 1 ? 1 : count;
}

}  // namespace

// Never destroyed: the process may end while a thread of the host is inside a call.
WorkerPool& WorkerPool::shared() {
    static WorkerPool* const pool = new WorkerPool(thread_count());
    return *pool;
}

WorkerPool::WorkerPool(unsigned threads) {
    for (unsigned worker = 1; worker < threads; worker++) threads_.emplace_back([this, worker] { serve(worker); });
}

WorkerPool::~WorkerPool() {
    {
        std::lock_guard<std::mutex> lock(mutex_);
        closing_ = true;
    }
    started_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

void WorkerPool::serve(unsigned worker) {
    uint64_t done = 0;
    for (;;) {
        const std::function<void(unsigned)>* work;
        {
            std::unique_lock<std::mutex> lock(mutex_);
            started_.wait(lock, [&] { return closing_ || round_ > done; });
            if (closing_) return;
            done = round_;
            work = work_;
        }
        (*work)(worker);
        std::lock_guard<std::mutex> lock(mutex_);
        if (--busy_ == 0) finished_.notify_one();
    }
}

void WorkerPool::run(const std::function<void(unsigned)>& work) {
    {
        std::lock_guard<std::mutex> lock(mutex_);
        work_ = &work;
        busy_ = static_cast<unsigned>(threads_.size());
        round_++;
    }
    started_.notify_all();
    work(0);
    std::unique_lock<std::mutex> lock(mutex_);
    finished_.wait(lock, [&] { return busy_ == 0; });
}

void WorkerPool::for_each(uint64_t count, const std::function<void(uint64_t)>& item) {
    if (count <= 1 || threads_.empty()) {
        for (uint64_t i = 0; i < count; i++) item(i);
        return;
    }
    std::atomic<uint64_t> next{0};
    run([&](unsigned) {
        for (uint64_t i = next++; i < count; i = next++) item(i);
    });
}

}  // namespace simgpu
